"""Not a cent is lost on the way: random baskets through the chain, whose papers and books agree."""

from dataclasses import replace

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.models import JournalLine, TaxCode
from accounting.money import ZERO
from erp import order_to_cash
from erp.sales.pricing import price
from tests.books import is_sound
from tests.chain.baskets import WITHOUT, as_sale, baskets
from tests.chain.scenes import card, work
from tests.chain.test_cents import total
from tests.factories import MONDAY, ProductClassFactory, ProductFactory

FEW = settings(
    max_examples=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def products(db):
    """Goods of odd costs, and a service among them."""
    service = ProductClassFactory(name="Services", track_stock=False, requires_shipping=False)
    goods = [ProductFactory(stock=(10_000, f"{cost}.37")) for cost in (1, 3, 7, 11)]
    return [*goods, ProductFactory(product_class=service)]


KNOWN = ("DE-S-19", "DE-S-7", "FR-S-5.5", "DE-Z-0")
courses = st.tuples(
    baskets(KNOWN), st.sampled_from(["bank", "card"]), st.sampled_from(["order", "payment", "shipment"])
)


@FEW
@given(st.lists(courses, min_size=10, max_size=10))
def test_order_payment_invoice_and_ledger_agree(products, orders):
    codes = TaxCode.objects.in_bulk([*KNOWN, *WITHOUT], field_name="code")
    with transaction.atomic():
        for place_of, (basket, by, invoice_on) in enumerate(orders):
            wish = as_sale(basket, products, codes, key=f"sale-{place_of}", email="", invoice_on=invoice_on)
            order = buy(wish, by)
            work()
            assert_agrees(order, price(wish))
        assert is_sound()
        transaction.set_rollback(True)


def buy(wish, by):
    """Place, pay and ship a sale, in whichever order its policy has it."""
    amount = price(wish).gross
    payment = card(amount, key=wish.key) if by == "card" and amount else None
    order = order_to_cash.place(replace(wish, payment_method=by, payment=payment), on=MONDAY)
    work()
    for payment in order.payments.exclude(provider="card"):
        order_to_cash.settle(payment, amount=payment.amount, reference=wish.key, on=MONDAY)
    for waiting in order.delivery_notes.all():
        order_to_cash.ship(waiting, on=MONDAY)
    return order


def assert_agrees(order, totals):
    assert (order.total_incl_tax, order.total_excl_tax) == (totals.gross, totals.net)
    papers = list(order.invoices.all())
    assert total(papers, "gross") == totals.gross
    assert total(papers, "tax") == totals.tax
    assert total(order.payments.all(), "captured") == totals.gross
    keys = [f"invoice:{paper.pk}" for paper in papers]
    lines = JournalLine.objects.filter(entry__source_key__in=keys)
    booked = lines.filter(account__role="RECEIVABLE").aggregate(total=Sum("amount", default=ZERO))
    assert booked["total"] == totals.gross
    vat = lines.filter(account__role="VAT_PAYABLE").values_list("tax_code__code").annotate(Sum("amount"))
    assert {code: -tax for code, tax in vat.order_by()} == {
        row.tax_code.code: row.tax for row in totals.taxes if row.tax
    }
