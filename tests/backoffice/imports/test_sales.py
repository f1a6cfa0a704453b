"""An imported sale goes through the chain on its own date."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from accounting import chart
from accounting.ledger import balance
from accounting.models import JournalEntry, Party, TaxCode
from erp.delivery.models import DeliveryNote
from erp.documents.models import Outbox
from erp.inventory.models import StockMove
from erp.invoicing.models import Invoice
from tests.backoffice.imports.history import HISTORY, line_of
from tests.books import is_sound
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

Order = get_model("order", "Order")
Product = get_model("catalogue", "Product")


def test_is_placed_invoiced_paid_and_shipped_on_its_own_date(bring_in):
    bring_in(HISTORY.split("1002")[0])
    order = Order.objects.get()
    assert (order.number, order.status) == ("1001", "shipped")
    assert order.date_placed.isoformat() == "2019-12-30T08:15:00+00:00"
    assert (order.total_excl_tax, order.total_incl_tax) == (Decimal("88.20"), Decimal("105.84"))
    on = date(2019, 12, 30)
    invoice = order.invoices.get()
    assert (invoice.number, invoice.issued_on, invoice.gross) == (
        "INV-2019-000001",
        on,
        Decimal("105.84"),
    )
    assert order.delivery_notes.get().shipped_on == on
    operation = order.payments.get().operations.get()
    assert (operation.on, operation.amount, operation.reference) == (on, Decimal("105.84"), "import:1001")
    assert set(JournalEntry.objects.values_list("date", flat=True)) == {on}
    assert (order.terms.origin, order.terms.party.key) == ("import", "import:501")
    assert is_sound()


def test_makes_its_products_and_receives_them_at_60_per_cent(bring_in):
    bring_in(HISTORY.split("1002")[0])
    kite = Product.objects.get(upc="B2")
    assert (kite.title, kite.is_public, kite.product_class.track_stock) == ("Paper kite", False, True)
    assert kite.stockrecords.get().price == Decimal("3.06")  # 2.55 and 20 % VAT, as the shop states prices
    opening = StockMove.objects.get(product=kite, kind="opening")
    assert (opening.quantity, opening.value, opening.moved_on) == (4, Decimal("6.12"), date(2019, 12, 30))
    assert balance(chart.OPENING_BALANCES) == Decimal("-42.12")
    assert balance(chart.COST_OF_GOODS_SOLD) == Decimal("42.12")


def test_a_stock_code_without_a_digit_is_a_service_without_stock(bring_in):
    bring_in("7,POST,Postage,3,2019-12-30,18.00,501,France\n")
    assert not Product.objects.get(upc="POST").product_class.track_stock
    assert not StockMove.objects.exists()
    assert not DeliveryNote.objects.exists()
    assert balance(chart.REVENUE) == Decimal("-54.00")
    assert is_sound()


def test_without_a_customer_has_a_guest_of_its_own(bring_in):
    bring_in("7,A1,Tin robot,1,2019-12-30,5,,EIRE\n8,A1,Tin robot,1,2019-12-30,5,,RSA\n")
    parties = Party.objects.filter(key__startswith="import:").order_by("key")
    assert [(party.key, party.country) for party in parties] == [
        ("import:order:7", "IE"),
        ("import:order:8", "ZA"),
    ]


def test_nobody_is_mailed(bring_in):
    bring_in(HISTORY)
    assert not Outbox.objects.filter(topic__contains="mail").exists()


def test_one_product_on_several_lines_keeps_them(bring_in):
    bring_in("7,A1,Robot,1,2019-12-30,5,1,France\n7,A1,Robot,2,2019-12-30,4,1,France\n")
    lines = Order.objects.get().lines.order_by("pk")
    assert [(line.quantity, line.unit_price_excl_tax) for line in lines] == [(1, 5), (2, 4)]
    assert StockMove.objects.get(kind="opening").value == Decimal("9.00")
    assert is_sound()


def test_documents_are_numbered_in_the_order_of_their_dates(bring_in):
    bring_in("8,A1,Robot,1,2019-12-31,5,1,France\n7,A1,Robot,1,2019-12-30,5,1,France\n")
    invoices = Invoice.objects.order_by("number")
    assert [invoice.order.number for invoice in invoices] == ["7", "8"]


def test_the_number_of_statements_does_not_grow_with_the_lines(bring_in):
    def rows(number, lines):
        return "".join(f"{number},A{n},Robot {n},1,2019-12-30,10,1,France\n" for n in range(lines))

    bring_in(rows(1, 20))
    statements = []
    for number, lines in ((2, 3), (3, 20)):
        with CaptureQueriesContext(connection) as caught:
            bring_in(rows(number, lines))
        statements.append(len(caught))
    assert statements[0] == statements[1]


def test_a_product_that_is_here_already_is_sold_from_its_shelf_first(bring_in):
    robot = ProductFactory(upc="A1", title="Our robot", stock=(2, "1.00"))
    bring_in("7,A1,Tin robot,5,2026-04-01,10.00,1,France\n")
    assert Order.objects.get().lines.get().title == "Our robot"
    received = StockMove.objects.filter(product=robot, kind="opening").order_by("pk")
    assert [(move.quantity, move.value) for move in received] == [(2, 2), (3, 18)]
    assert is_sound()


def test_prices_with_vat_and_another_rate(bring_in):
    out, _ = bring_in("7,A1,Robot,2,2019-12-30,10.70,1,France\n", "--prices", "gross", "--vat", "7")
    order = Order.objects.get()
    assert (order.total_excl_tax, order.total_incl_tax) == (20, Decimal("21.40"))
    assert order.lines.get().tax_code == "IMPORT-7"
    assert StockMove.objects.get(kind="opening").value == 12
    assert line_of(out, "taken") == ["1", "1", "21.40", "0.00"]
    assert is_sound()


def test_the_tax_code_is_made_once(bring_in):
    bring_in("7,A1,Robot,2,2019-12-30,10,1,France\n")
    bring_in("8,A1,Robot,2,2019-12-30,10,1,France\n")
    code = TaxCode.objects.get(code="IMPORT-20")
    assert (code.rate, code.category, code.valid_from) == (20, "S", date(1990, 1, 1))


def test_a_title_of_255_characters_goes_whole(bring_in):
    title = "鉄" * 255
    bring_in(f"7,A1,{title},1,2019-12-30,10,1,Japan\n")
    assert Order.objects.get().lines.get().title == title
    assert Product.objects.get().slug
