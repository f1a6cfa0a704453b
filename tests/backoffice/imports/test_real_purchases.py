"""A month of a real shop once more, whose goods are bought before they are sold.

Each week's demand is ordered from three suppliers in packs, comes in two deliveries, is billed a little
dearer or cheaper, and some of what is left goes back. Where the data do not lie beside the project, these
tests are left out.
"""

import random
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

import pytest
from django.db.models import F, Sum
from django.utils import timezone

from accounting import chart, ledger
from accounting.models import TaxCode
from accounting.money import money
from erp import procure_to_pay
from erp.backoffice.imports import products as shelf
from erp.backoffice.imports import reading, run
from erp.backoffice.imports.documents import Fate, gather, keep_oldest
from erp.backoffice.imports.reading import Layout
from erp.backoffice.imports.rows import Clock
from erp.backoffice.imports.rules import rules_for
from erp.backoffice.management.commands.import_orders import MAP
from erp.delivery.models import DeliveryLine
from erp.inventory.models import StockLevel, StockMove, StockValue
from erp.procure_to_pay import Goods, Wanted
from erp.purchasing.models import PurchaseLine, Supplier
from erp.purchasing.suppliers import keep
from erp.sales.services import is_goods
from tests.backoffice.imports.test_real_history import FILE
from tests.books import is_sound

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(FILE is None, reason="the data do not lie beside the project"),
]

PACK = 6
SEND_BACK = 25  # lines a week


class Month:
    """The documents of the file, and the suppliers that bring what they sell."""

    def __init__(self, limit=None):
        raws = reading.read(str(FILE), Layout(reading.columns(MAP)))
        self.documents = gather(raws, Clock(timezone.now()))
        keep_oldest(self.documents, limit)
        self.rules = rules_for(self.documents, prices="net", rate=Decimal(20))
        self.vat = TaxCode.objects.get(code="DE-S-19")
        self.suppliers = [keep(Supplier(code=f"s{n}", name=f"Supplier {n}")) for n in range(3)]
        self.chance = random.Random(2010)

    def weeks(self):
        """Return the documents that can be taken, week by week: the Sunday before, and the documents."""
        taken = [document for document in self.documents if document.fate == Fate.WAITING]
        by_week = groupby(taken, key=lambda each: each.on - timedelta(days=each.on.isoweekday()))
        return [(sunday, list(found)) for sunday, found in by_week]

    def happen(self):
        for sunday, documents in self.weeks():
            purchases = self.buy(documents, on=sunday)
            for document in documents:
                run.take(document, self.rules)
            for purchase in purchases:
                self.settle(purchase, on=sunday + timedelta(days=8))

    def buy(self, documents, *, on):
        """Order a week's demand in whole packs, and receive it in two deliveries."""
        by_supplier = defaultdict(list)
        for product, pieces in self.demand(documents).items():
            price = money(PACK * self.rules.costs[product.upc])
            wanted = Wanted(product, -(-pieces // PACK) * PACK, price, PACK)
            by_supplier[product.pk % len(self.suppliers)].append(wanted)
        purchases = []
        for number, wanted in sorted(by_supplier.items()):
            purchase = procure_to_pay.draft(self.suppliers[number], lines=wanted, on=on)
            purchase = procure_to_pay.order(purchase, on=on)
            first = {line.pk: line.quantity // 2 for line in purchase.lines.all()}
            rest = {line.pk: line.quantity - first[line.pk] for line in purchase.lines.all()}
            for part, quantities in (("first", first), ("rest", rest)):
                procure_to_pay.receive(purchase, quantities=quantities, key=f"{purchase} {part}", on=on)
            purchases.append(purchase)
        return purchases

    def demand(self, documents):
        sold = [document for document in documents if not document.is_credit]
        rows = [row for document in sold for row in document.rows]
        products = shelf.find_or_make(rows, self.rules)
        pieces = defaultdict(int)
        for row in rows:
            if is_goods(products[row.sku]):
                pieces[products[row.sku]] += row.quantity
        return pieces

    def settle(self, purchase, *, on):
        """Book the bill, send some of what is left back, have it credited, and pay the rest."""
        supplier = purchase.supplier
        lines = list(purchase.lines.order_by("pk"))
        goods = [self.billed(line, line.received, Decimal(self.chance.randint(97, 104))) for line in lines]
        facts = {"issued_on": on, "accepted_because": "As agreed by telephone.", "on": on}
        bill = procure_to_pay.bill(supplier, number=f"B {purchase}", lines=goods, **facts)
        back = self.left_over(lines)
        owed = bill.gross
        if back:
            procure_to_pay.send_back(purchase, quantities=back, key=f"back {purchase}", reason="Sold", on=on)
            goods = [self.billed(line, back[line.pk], Decimal(100)) for line in lines if line.pk in back]
            number = f"C {purchase}"
            credit = procure_to_pay.bill(supplier, number=number, lines=goods, kind="credit", **facts)
            owed -= credit.gross
        procure_to_pay.pay(supplier, amount=owed, reference=f"paid {purchase}", on=on)

    def billed(self, line, pieces, per_cent):
        net = money(line.worth(pieces) * per_cent / 100)
        return Goods(line, pieces, net, money(net * self.vat.rate / 100), self.vat)

    def left_over(self, lines):
        """Return a piece each, by line, of products of which some are free."""
        free = F("on_hand") - F("reserved") - F("unavailable")
        levels = StockLevel.objects.annotate(free=free).filter(free__gt=0, warehouse__code="main")
        here = set(levels.values_list("product", flat=True))
        found = [line for line in lines if line.product_id in here]
        return {line.pk: 1 for line in self.chance.sample(found, min(len(found), SEND_BACK))}


def total(rows, name):
    return rows.aggregate(total=Sum(name))["total"]


def everything_agrees():
    assert not StockMove.objects.filter(kind="opening").exists()  # all that was sold had been bought
    bought = PurchaseLine.objects.aggregate(kept=Sum(F("received") - F("returned")))["kept"]
    gone = DeliveryLine.objects.filter(cost__isnull=False)
    came_back = total(StockMove.objects.filter(kind="return"), "quantity") or 0
    on_hand = total(StockLevel.objects.all(), "on_hand")
    assert on_hand == total(StockMove.objects.all(), "quantity")
    assert on_hand == total(StockValue.objects.all(), "quantity")
    assert on_hand == bought - total(gone, "quantity") + came_back
    worth = total(StockValue.objects.all(), "value")
    assert worth == total(StockMove.objects.all(), "value") == ledger.balance(chart.INVENTORY)
    assert ledger.balance(chart.GOODS_RECEIVED_NOT_INVOICED) == 0
    assert ledger.balance(chart.PAYABLE) == 0
    assert is_sound()


def test_the_first_documents_are_of_goods_that_were_bought():
    month = Month(limit=12)
    month.happen()
    assert [each.fate for each in month.documents if each.rows].count(Fate.TAKEN) == 12
    everything_agrees()


@pytest.mark.large
@pytest.mark.timeout(3600)
def test_the_whole_month_is_bought_before_it_is_sold():
    month = Month()
    month.happen()
    assert len([each for each in month.documents if each.fate == Fate.TAKEN]) > 1_500
    everything_agrees()
