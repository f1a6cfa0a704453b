"""What is charged beside the goods: shipping in parts and a surcharge, billed, earned and credited."""

from decimal import Decimal

import pytest

from accounting.models import TaxCode
from erp import order_to_cash
from erp.sales import services as sales
from erp.sales.sale import Shipping, Surcharge
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, balances, fresh, pay, place, ship
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db


def code(name):
    return TaxCode.objects.get(code=name)


@pytest.fixture
def order():
    """A lamp and a book, sent for 5.95 taxed at both their rates, and 2.38 for paying at the door."""
    lines = (
        sale_line(ProductFactory(stock=(3, "40.00")), 1, "119.00"),
        sale_line(ProductFactory(stock=(3, "9.00")), 1, "21.40", tax_code="DE-S-7"),
    )
    parts = ((code("DE-S-19"), Decimal("4.76")), (code("DE-S-7"), Decimal("1.07")))
    shipping = Shipping("post", "Post", Decimal("5.83"), parts=parts, standard=Decimal("2.00"))
    fee = Surcharge("Cash on delivery", Decimal("2.38"), code("DE-S-19"))
    return place(*lines, shipping=shipping, surcharge=fee, vat_id="DE123456788")


def test_each_charge_is_a_row_of_the_order_and_oscar_knows_their_sums(order):
    rows = [
        (row.kind, row.name, row.tax_code.code, str(row.net), str(row.gross)) for row in order.charges.all()
    ]
    assert sorted(rows) == [
        ("shipping", "Post", "DE-S-19", "4.00", "4.76"),
        ("shipping", "Post", "DE-S-7", "1.00", "1.07"),
        ("surcharge", "Cash on delivery", "DE-S-19", "2.00", "2.38"),
    ]
    assert (order.shipping_incl_tax, order.shipping_excl_tax) == (Decimal("5.83"), Decimal("5.00"))
    assert order.surcharges.get().incl_tax == Decimal("2.38")
    assert order.total_incl_tax == Decimal("148.61")
    assert (order.terms.vat_id, str(order.terms.standard_shipping)) == ("DE123456788", "2.00")
    assert is_sound()


def test_each_charge_is_a_line_of_the_invoice_and_earned_with_the_first_shipment(order):
    invoice = order.invoices.get()
    assert [(line.kind, str(line.gross)) for line in invoice.lines.order_by("position")][2:] == [
        ("shipping", "4.76"),
        ("shipping", "1.07"),
        ("surcharge", "2.38"),
    ]
    assert invoice.buyer["vat_id"] == "DE123456788"

    pay(order)
    ship(order)

    assert balances()["SHIPPING_INCOME"] == "-7.00"
    assert "DEFERRED_REVENUE" not in balances()
    assert is_sound()


def test_a_cancelled_order_gives_every_charge_back(order):
    order_to_cash.cancel(fresh(order), on=FRIDAY)

    assert balances().keys() == {
        "INVENTORY",
        "OPENING_BALANCES",
    }
    assert is_sound()


def test_an_order_can_be_read_back_with_its_charges(order):
    loaded = sales.load(fresh(order))
    assert [str(charge.gross) for charge in loaded.charges] == ["4.76", "1.07", "2.38"]


def test_parts_of_shipping_add_up_to_its_charge():
    with pytest.raises(ValueError, match="add up"):
        Shipping("post", "Post", Decimal("5.00"), parts=((None, Decimal("4.00")),))
