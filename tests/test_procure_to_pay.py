"""The story of one purchase, told once from beginning to end, with every figure. Read this test first."""

from datetime import date
from decimal import Decimal

import pytest

from accounting.ledger import balance
from accounting.models import TaxCode
from erp import order_to_cash, procure_to_pay
from erp.documents.models import Company
from erp.inventory.models import StockValue
from erp.procure_to_pay import Goods, Wanted
from erp.purchasing import suppliers
from erp.purchasing.models import PurchaseOrder, Supplier, SupplierPrice
from tests.books import is_sound
from tests.factories import MONDAY, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db

TUESDAY, FRIDAY, APRIL = date(2026, 3, 3), date(2026, 3, 6), date(2026, 4, 2)


@pytest.fixture
def lamp():
    """Shipped before it is paid. Two are on the shelf that cost 50.00 each."""
    Company.objects.update(ship_before_payment=True)
    return ProductFactory(title="Lamp", price=Decimal("119.00"), stock=(2, "50.00"))


@pytest.fixture
def acme(lamp):
    """Asks 360.00 for a pack of six lamps, and brings them within five days."""
    acme = suppliers.keep(Supplier(code="acme", name="Acme", lead_days=5, payment_days=30))
    SupplierPrice.objects.create(supplier=acme, product=lamp, price=Decimal("360.00"), pack=6)
    return acme


def books():
    """Every account that is not as the opening stock of 100.00 left it."""
    roles = ("INVENTORY", "GOODS_RECEIVED_NOT_INVOICED", "PRICE_VARIANCE", "INPUT_VAT", "PAYABLE", "BANK")
    opening = {"INVENTORY": Decimal(100)}
    found = {role: balance(role) - opening.get(role, 0) for role in (*roles, "COST_OF_GOODS_SOLD")}
    return {role: str(amount) for role, amount in found.items() if amount}


def value_of(product):
    stock = StockValue.objects.get(product=product)
    return stock.quantity, str(stock.value)


def order_twelve(acme, lamp):
    purchase = procure_to_pay.draft(acme, lines=[Wanted(lamp, 12)], on=MONDAY)
    return procure_to_pay.order(purchase, on=MONDAY)


def receive(purchase, pieces, *, on):
    quantities = {purchase.lines.get().pk: pieces}
    procure_to_pay.receive(purchase, quantities=quantities, on=on, key=f"receipt of {pieces}")


def sell(lamp, pieces):
    order = order_to_cash.place(sale(sale_line(lamp, pieces, "119.00")), on=TUESDAY)
    order_to_cash.ship(order.delivery_notes.get(), on=TUESDAY)


def book(acme, purchase, number, *, pieces, net, tax, **changes):
    code = TaxCode.objects.get(code="DE-S-19")
    goods = Goods(purchase.lines.get(), pieces, Decimal(net), Decimal(tax), code)
    return procure_to_pay.bill(acme, number=number, issued_on=TUESDAY, lines=[goods], on=FRIDAY, **changes)


def test_goods_are_ordered_received_in_part_sold_and_billed_for_more(acme, lamp):
    # Twelve lamps are ordered: nothing is posted.
    purchase = order_twelve(acme, lamp)
    assert (purchase.state, purchase.expected_on, books()) == ("ordered", date(2026, 3, 7), {})

    # Eight of them come, at 60.00 each.
    receive(purchase, 8, on=TUESDAY)
    assert value_of(lamp) == (10, "580.00")
    assert books() == {"INVENTORY": "480.00", "GOODS_RECEIVED_NOT_INVOICED": "-480.00"}

    # Five are sold and leave, at the average of 58.00.
    sell(lamp, 5)
    assert value_of(lamp) == (5, "290.00")
    assert books()["COST_OF_GOODS_SOLD"] == "290.00"

    # The bill asks 61.00 a piece: 8.00 more, of which 5.00 fall on the five lamps that are still here.
    bill = book(acme, purchase, "R 1", pieces=8, net="488.00", tax="92.72")
    assert (bill.gross, bill.due_on) == (Decimal("580.72"), APRIL)
    assert value_of(lamp) == (5, "295.00")
    assert books() == {
        "INVENTORY": "195.00",
        "PRICE_VARIANCE": "3.00",
        "INPUT_VAT": "92.72",
        "PAYABLE": "-580.72",
        "COST_OF_GOODS_SOLD": "290.00",
    }
    assert is_sound()


def test_what_goes_back_is_credited_and_the_rest_is_paid(acme, lamp):
    # As above; then the other four come.
    purchase = order_twelve(acme, lamp)
    receive(purchase, 8, on=TUESDAY)
    sell(lamp, 5)
    book(acme, purchase, "R 1", pieces=8, net="488.00", tax="92.72")
    receive(purchase, 4, on=FRIDAY)
    assert PurchaseOrder.objects.get().state == "received"
    assert value_of(lamp) == (9, "535.00")

    # One lamp is broken: it leaves at the average of 59.44, and 60.00 are to be credited for it.
    broken = {purchase.lines.get().pk: 1}
    procure_to_pay.send_back(purchase, quantities=broken, on=FRIDAY, key="back", reason="Broken")
    assert value_of(lamp) == (8, "475.56")
    assert books()["GOODS_RECEIVED_NOT_INVOICED"] == "-180.00"  # 4 x 60.00 came, less 60.00
    assert books()["PRICE_VARIANCE"] == "2.44"  # 3.00 from above, less 0.56

    # All four are billed as ordered, and the broken one is credited.
    because = "The broken one is credited"
    book(acme, purchase, "R 2", pieces=4, net="240.00", tax="45.60", accepted_because=because)
    book(acme, purchase, "G 1", pieces=1, net="60.00", tax="11.40", kind="credit")
    assert "GOODS_RECEIVED_NOT_INVOICED" not in books()
    assert books()["PAYABLE"] == "-794.92"  # 580.72 + 285.60 - 71.40

    # All is paid.
    procure_to_pay.pay(acme, amount=Decimal("794.92"), on=APRIL, reference="SEPA 1")
    assert books() == {
        "INVENTORY": "375.56",
        "PRICE_VARIANCE": "2.44",
        "INPUT_VAT": "126.92",
        "BANK": "-794.92",
        "COST_OF_GOODS_SOLD": "290.00",
    }
    assert is_sound()
