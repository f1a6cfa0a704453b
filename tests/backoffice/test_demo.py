"""The demo company: complete, sound, never loaded twice, and drawn to please."""

import io
from collections import Counter
from datetime import date
from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.db import transaction
from django.test import RequestFactory, override_settings
from oscar.core.loading import get_model
from PIL import Image

from accounting.models import JournalEntry
from erp import remitting, reordering
from erp.backoffice import demo
from erp.backoffice.demo import catalogue, pictures
from erp.banking import clearing, payouts, transfers
from erp.banking.models import BankLine, Payout
from erp.delivery.models import DeliveryNote, Return, Withdrawal
from erp.inventory.models import StockLevel, StockMove
from erp.invoicing import overdue
from erp.invoicing.models import CreditNote, Invoice, Payment, PaymentOperation
from erp.purchasing.models import PurchaseOrder, SupplierPayment, SupplierPrice
from erp.sales.models import CustomerTerms, SaleKey, Step, Terms
from tests.other_programs import agree_with_the_books

Category = get_model("catalogue", "Category")
Order = get_model("order", "Order")
Product = get_model("catalogue", "Product")
ProductImage = get_model("catalogue", "ProductImage")
StockRecord = get_model("partner", "StockRecord")

# Six weeks before this day lie in the year before it.
TODAY = date(2026, 1, 20)


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, media):
    """The demo company, loaded once for all tests that only look at it; what it said while loading."""
    said: list[str] = []
    with django_db_blocker.unblock(), transaction.atomic():
        demo.load(said.append, today=TODAY)
        yield said
        transaction.set_rollback(True)


def counts():
    """How many rows each table holds."""
    tables = [model for model in apps.get_models() if model._meta.managed]
    return {model._meta.label: model._base_manager.count() for model in tables}


def findings():
    """What the audits of all apps find wrong."""
    names = [f"{config.name}.audit" for config in apps.get_app_configs()]
    audits = [import_module(name) for name in names if find_spec(name)]
    assert len(audits) >= 5
    return [finding for audit in audits for check in audit.CHECKS for finding in check()]


def order(name):
    return Order.objects.get(number=SaleKey.objects.get(key=f"demo:{name}").order_number)


def test_programs_that_know_nothing_of_us_agree_with_its_books(loaded, tmp_path):
    assert agree_with_the_books(tmp_path)


def test_it_tells_what_it_is_doing(loaded):
    assert loaded[:2] == ["company details", "catalogue"]
    assert loaded[-4].startswith("orders, event ")
    assert loaded[-3:] == ["bank statement and payout", "terms of customers", "suppliers and purchases"]


def test_purchases_are_in_every_state_with_bills_to_pay_and_paid(loaded):
    assert set(PurchaseOrder.objects.values_list("state", flat=True)) == set(PurchaseOrder.State.values)
    assert SupplierPayment.objects.count() == 1
    assert {bill.number for bill in remitting.due()} == {"RE-40117", "MIETE-11"}
    assert SupplierPrice.objects.count() > 20
    assert reordering.suggestions(on=TODAY)


def test_the_catalogue_is_large_enough_to_browse(loaded):
    leaves = [category for category in Category.objects.all() if category.is_leaf()]
    assert len(leaves) >= 8
    assert {category.depth for category in leaves} == {2}
    assert Product.objects.exclude(structure=Product.CHILD).count() >= 40
    assert Product.objects.filter(structure=Product.PARENT, children__isnull=False).distinct().count() >= 4
    assert not Product.objects.exclude(structure=Product.CHILD).filter(description="").exists()


def test_everything_that_can_be_bought_has_a_price(loaded):
    for_sale = Product.objects.exclude(structure=Product.PARENT)
    assert for_sale.count() == StockRecord.objects.filter(price__gt=0).count()


def test_every_variant_differs_from_its_siblings_by_an_attribute(loaded):
    for parent in Product.objects.filter(structure=Product.PARENT):
        told = {child.attribute_summary for child in parent.children.all()}
        assert len(told) == parent.children.count() > 1


def test_products_pass_the_rules_of_the_catalogue(loaded):
    for product in Product.objects.all():
        product.full_clean()


def test_every_product_and_category_has_a_small_picture(loaded):
    assert ProductImage.objects.count() == len(list(catalogue.everything()))
    assert not Category.objects.filter(image="").exists()
    for row in ProductImage.objects.all():
        assert row.original.size <= 60_000
        with Image.open(row.original) as picture:
            assert picture.size == (800, 800)


def test_a_picture_is_the_same_each_time_it_is_drawn():
    first, again = (pictures.draw("lantern", "charcoal", "home") for _ in range(2))
    assert first == again
    assert Image.open(io.BytesIO(first)).format == "JPEG"


def test_some_products_are_sold_out_and_some_nearly(loaded):
    left = [record.net_stock_level for record in StockRecord.objects.exclude(num_in_stock=None)]
    assert min(left) == 0
    assert sum(0 < number <= catalogue.LOW_STOCK for number in left) >= 5
    assert sum(number > catalogue.LOW_STOCK for number in left) >= 40


def test_everyone_can_log_in(loaded):
    for role, email, password in demo.LOGINS:
        person = authenticate(RequestFactory().post("/"), username=email, password=password)
        assert person is not None, role
        assert person.is_staff == (role != "customer")
        assert person.is_superuser == (role == "administrator")
        assert list(person.groups.values_list("name", flat=True)) == (
            [role] if role in ("sales", "warehouse", "purchasing", "accountant") else []
        )


def test_every_state_can_be_seen(loaded):
    assert set(Order.objects.values_list("status", flat=True)) == {
        "pending payment",
        "confirmed",
        "partly shipped",
        "shipped",
        "cancelled",
    }
    assert set(DeliveryNote.objects.values_list("state", flat=True)) == {
        "waiting payment",
        "ready",
        "picking",
        "packed",
        "shipped",
        "delivered",
        "cancelled",
    }
    assert set(Payment.objects.values_list("state", flat=True)) == {"started", "captured", "failed", "voided"}
    assert set(PaymentOperation.objects.values_list("kind", flat=True)) == {
        "authorise",
        "capture",
        "refund",
        "void",
    }
    assert set(Return.objects.values_list("state", flat=True)) == set(Return.State)
    assert Return.objects.count() == 9
    assert Withdrawal.objects.get().returned.state == "approved"
    assert CreditNote.objects.count() == 6
    assert Step.objects.filter(state=Step.State.MANUAL).exists()


def test_one_order_is_paid_twice_one_in_cash_and_one_waits_on_the_cards_page(loaded):
    surplus = Payment.objects.get(kind="surplus")
    assert (surplus.order, surplus.left) == (order("paid-twice"), surplus.amount)
    assert order("cash-at-the-door").surcharges.get().name == "Cash on delivery"
    assert order("on-the-cards-page").payments.get().is_on_its_way


def test_no_step_of_the_chain_failed(loaded):
    assert not Step.objects.filter(state=Step.State.FAILED).exists()


def test_at_least_twenty_orders_come_from_several_countries(loaded):
    assert Order.objects.count() >= 20
    assert {order.shipping_address.country_id for order in Order.objects.all()} >= {
        "DE",
        "FR",
        "AT",
        "NL",
        "GB",
        "US",
    }


def test_a_voucher_takes_a_tenth_off_the_goods_alone(loaded):
    placed = order("evening-light")  # 98.00 + 2 x 14.50, a tenth off, express delivery
    assert f"{placed.total_incl_tax}" == "127.25"
    assert [row.voucher_code for row in placed.discounts.all()] == ["WELCOME10"]


def test_the_offer_reaches_garden_tools_alone(loaded):
    placed = order("balcony")  # 3 x 14.90 + 18.50 + 4 x 5.90, of which 15 % off the last, and delivery
    assert f"{placed.total_incl_tax}" == "89.21"


def test_rates_are_those_of_the_country_the_goods_go_to(loaded):
    rates = {
        (invoice.buyer["country"], f"{line.rate}")
        for invoice in Invoice.objects.all()
        for line in invoice.lines.all()
    }
    assert {("DE", "19.00"), ("DE", "7.00"), ("AT", "10.00"), ("FR", "5.50"), ("US", "0.00")} <= rates


def test_one_order_mixes_rates_and_businesses_and_exports_are_priced_net(loaded):
    assert len(set(order("first-mugs").lines.values_list("tax_code", flat=True))) == 2
    assert order("cafe-chairs").terms.prices == "net"
    exports = Terms.objects.filter(order__shipping_address__country__in=("GB", "CH", "US"))
    assert set(exports.values_list("prices", flat=True)) == {"net"}


def test_a_firm_in_france_pays_no_vat_and_its_invoice_says_why(loaded):
    placed = order("studio-in-bordeaux")
    invoice = placed.invoices.get()
    assert (placed.total_tax, placed.terms.vat_id) == (0, "FR29999999907")
    assert invoice.taxes[0]["reason"].startswith("Tax-free intra-Community supply")


def test_a_service_leaves_no_warehouse(loaded):
    placed = order("blunt-knives")
    assert not placed.delivery_notes.exists()
    assert placed.invoices.count() == 1


def test_invoices_are_dated_in_the_order_of_their_numbers(loaded):
    for paper in (Invoice, CreditNote):
        days = list(paper.objects.order_by("pk").values_list("issued_on", flat=True))
        assert days == sorted(days)
        assert date(2025, 12, 1) < days[0] <= days[-1] < TODAY


def test_stock_was_received_sold_counted_and_taken_back(loaded):
    assert set(StockMove.objects.values_list("kind", flat=True)) == {
        "opening",
        "shipment",
        "return",
        "adjustment",
        "receipt",
        "revaluation",
        "supplier",
    }
    assert StockLevel.objects.filter(reserved__gt=0).exists()


def test_the_bank_shows_what_was_paid_and_some_lines_wait_for_somebody(loaded):
    states = Counter(BankLine.objects.values_list("state", flat=True))
    assert states == {"matched": 5, "open": 3}
    [payout] = Payout.objects.all()
    assert payout.bank_matches.count() == 1
    assert list(payouts.findings(payout)) == []
    assert 0 < len(list(clearing.waiting("CLEARING", today=TODAY))) < payout.lines.count()
    assert [due.source for due in transfers.due()] == ["from where the money came"]


def test_the_books_are_clean(loaded):
    assert JournalEntry.objects.count() > 60
    assert findings() == []


def test_loading_again_adds_nothing(loaded):
    before = counts()
    said: list[str] = []
    demo.load(said.append, today=TODAY)
    assert counts() == before
    assert said == []


def test_one_bill_is_forgotten_and_one_customer_has_a_month_to_pay(loaded):
    (late,) = overdue.to_remind(TODAY)
    assert SaleKey.objects.get(order_number=late.order.number).key == "demo:forgotten-bill"
    assert CustomerTerms.objects.get().payment_days == 30
