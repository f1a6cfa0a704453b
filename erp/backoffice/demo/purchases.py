"""Whom the demo company buys from, at which prices, and orders in every state, with bills and a payment."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from oscar.core.loading import get_model
from stdnum import iban

from accounting import chart
from accounting.models import Account, TaxCode
from accounting.money import money
from erp import procure_to_pay, remitting
from erp.backoffice.demo import catalogue
from erp.backoffice.demo.people import colleague
from erp.procure_to_pay import Expense, Goods, Wanted
from erp.purchasing import prices, suppliers
from erp.purchasing.models import PurchaseOrder, Supplier, SupplierPrice

Product = get_model("catalogue", "Product")

# Code, name, address, country, days to pay, days until goods come, and which categories they make.
MAKERS: list[tuple[str, str, str, str, int, int, tuple[str, ...]]] = [
    (
        "moos",
        "Keramik Moos",
        "Am Brennofen 4\n02763 Zittau",
        "DE",
        14,
        10,
        ("cups-bowls", "cook-cut", "light-candles"),
    ),
    (
        "nord",
        "Weberei Nord GmbH",
        "Spulenweg 12\n24937 Flensburg",
        "DE",
        30,
        14,
        ("linen-bath", "furniture", "paper-gifts"),
    ),
    (
        "verd",
        "Verd et Fils",
        "3 rue du Potager\n67000 Strasbourg",
        "FR",
        30,
        8,
        ("garden-tools", "plants-pots"),
    ),
]
LANDLORD = ("hof", "Hinterhof Vermietung KG", "Lindenallee 1\n04103 Leipzig", "DE", 10, 0, ())
PACK, CHEAP = 6, Decimal(20)
RENT = Decimal("1450.00")


@transaction.atomic
def load(say: Callable[[str], None], *, today: date) -> None:
    """Buy from three makers, and rent from a landlord."""
    if Supplier.objects.exists():
        return
    say("suppliers and purchases")
    moos, nord, verd, landlord = (_supplier(*row[:6]) for row in (*MAKERS, LANDLORD))
    for supplier, row in zip((moos, nord, verd), MAKERS, strict=True):
        _price_list(supplier, row[6])
    _finished(moos, today)
    _late(nord, today)
    _on_its_way(verd, today)
    _draft(moos, {"MUG-NAVY": 24, "TEAPOT": 6}, today)
    procure_to_pay.cancel(_draft(nord, {"CARDS": 6}, today - timedelta(days=9)), on=today)
    _rent(landlord, today)


def _supplier(code: str, name: str, address: str, country: str, pays_in: int, lead_days: int) -> Supplier:
    basic = f"99999999{sum(map(ord, code)):010d}"
    return suppliers.keep(
        Supplier(
            code=code,
            name=name,
            address=address,
            country=country,
            email=f"orders@{code}.example",
            iban=f"DE{iban.calc_check_digits(f'DE00{basic}')}{basic}",
            payment_days=pays_in,
            lead_days=lead_days,
        )
    )


def _price_list(supplier: Supplier, categories: tuple[str, ...]) -> None:
    rows = {row["sku"]: row for row in catalogue.everything() if _is_made(row, categories)}
    for product in Product.objects.filter(upc__in=rows, stockrecords__num_in_stock__isnull=False).order_by(
        "pk"
    ):
        cost = Decimal(rows[product.upc]["cost"])
        pack = PACK if cost < CHEAP else 1
        sku = f"{supplier.code.upper()}-{product.pk:04d}"
        prices.keep(
            SupplierPrice(
                supplier=supplier, product=product, sku=sku, price=cost * pack, pack=pack, is_preferred=True
            )
        )


def _is_made(row: catalogue.Row, categories: tuple[str, ...]) -> bool:
    return row["category"] in categories and "variants" not in row and "cost" in row


def _draft(supplier: Supplier, wanted: dict[str, int], on: date) -> PurchaseOrder:
    products = Product.objects.in_bulk(wanted, field_name="upc")
    lines = [Wanted(products[sku], pieces) for sku, pieces in wanted.items()]
    return procure_to_pay.draft(supplier, lines=lines, on=on, by=colleague("purchasing"))


def _ordered(supplier: Supplier, wanted: dict[str, int], on: date) -> PurchaseOrder:
    purchase = _draft(supplier, wanted, on)
    return procure_to_pay.order(purchase, on=on, by=colleague("purchasing"))


def _receive(purchase: PurchaseOrder, pieces: list[int], on: date) -> None:
    quantities = dict(zip(_keys(purchase), pieces, strict=True))
    key = f"demo:{purchase.pk}"
    procure_to_pay.receive(purchase, quantities=quantities, on=on, key=key, by=colleague("warehouse"))


def _keys(purchase: PurchaseOrder) -> list[int]:
    rows: Any = purchase.lines  # type: ignore[attr-defined]
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _billed(purchase: PurchaseOrder, number: str, on: date, *, dearer: str = "0.00") -> Any:
    """Book the bill of all that came; its first line costs a little more than was ordered."""
    lines: Any = purchase.lines  # type: ignore[attr-defined]
    more = iter([Decimal(dearer)])
    goods = [
        _goods(line, line.worth(line.received) + next(more, Decimal(0)))
        for line in lines.order_by("pk")
        if line.received
    ]
    by = colleague("accountant")
    return procure_to_pay.bill(purchase.supplier, number=number, issued_on=on, lines=goods, on=on, by=by)


def _goods(line: Any, net: Decimal) -> Goods:
    return Goods(line, line.received, net, money(net * _rate().rate / 100), _rate())


def _rate() -> TaxCode:
    return TaxCode.objects.get(code="DE-S-19")


def _finished(moos: Supplier, today: date) -> None:
    """Ordered, received, billed a little dearer, paid today; two bowls went back."""
    purchase = _ordered(moos, {"MUG-SAGE": 24, "BOWL": 12}, today - timedelta(days=30))
    _receive(purchase, [24, 12], today - timedelta(days=20))
    bill = _billed(purchase, "2207", today - timedelta(days=17), dearer="2.40")
    run = remitting.order([bill.pk], on=today, by=colleague("accountant"))
    remitting.paid(run, on=today, by=colleague("accountant"))
    procure_to_pay.send_back(
        purchase,
        quantities={_keys(purchase)[1]: 2},
        on=today - timedelta(days=10),
        key=f"demo:{purchase.pk}",
        reason="Glaze cracked",
        by=colleague("warehouse"),
    )


def _late(nord: Supplier, today: date) -> None:
    """Half of it came and is billed; the rest should have been here days ago."""
    purchase = _ordered(nord, dict.fromkeys(_some_of(nord), 12), today - timedelta(days=18))
    _receive(purchase, [12, 6], today - timedelta(days=5))
    _billed(purchase, "RE-40117", today - timedelta(days=4))


def _some_of(supplier: Supplier) -> Iterator[str]:
    rows = SupplierPrice.objects.filter(supplier=supplier, product__stockrecords__num_in_stock__gt=0)
    yield from rows.order_by("pk").values_list("product__upc", flat=True)[:2]


def _on_its_way(verd: Supplier, today: date) -> None:
    _ordered(verd, dict.fromkeys(_some_of(verd), 12), today - timedelta(days=2))


def _rent(landlord: Supplier, today: date) -> None:
    account = Account.objects.get(role=chart.EXPENSES)
    tax = money(RENT * _rate().rate / 100)
    lines = [Expense(account, "Rent of the workshop", RENT, tax, _rate())]
    on = today - timedelta(days=6)
    procure_to_pay.bill(
        landlord, number="MIETE-11", issued_on=on, lines=lines, on=on, by=colleague("accountant")
    )
