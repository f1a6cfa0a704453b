"""What lies in a warehouse, as it was counted. Each difference is a stock move with an entry in the books."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from accounting.money import ZERO, money
from erp import recounting
from erp.documents.services import company
from erp.inventory import services as inventory
from erp.inventory import shelf
from erp.inventory.models import StockLevel, StockMove, StockValue, Warehouse
from erp.recounting import Difference

from .cells import Column, positive, text, whole
from .kind import Facts, Key, Kind, Run, Want
from .prices import amount_of, records

MOST = Decimal(1_000_000_000_000)


class Stock(Kind):
    name = "stock"
    title = "Stock"
    needs = "inventory.add_stockmove"
    keys = ("sku", "warehouse")
    columns = (
        Column("sku", text(128), is_required=True),
        Column("title", text(255), compared=False, told=True),
        Column("warehouse", text(20)),
        Column("quantity", whole, is_required=True),
        Column("cost", positive, compared=False),
        Column("reason", text(200), compared=False),
    )
    help = "sku, warehouse (its code), quantity on hand; cost of a piece where more is found than was known."

    def defaults(self) -> Facts:
        return {"warehouse": inventory.main_warehouse().code}

    def hold(self, wants: Sequence[Want]) -> None:
        shelf.hold(record.product_id for record in records(want.key[0] for want in wants).values())

    def now(self, keys: Iterable[Key]) -> dict[Key, Facts]:
        found = records(sku for sku, _ in keys)
        places = Q(product__in=[record.product_id for record in found.values()])
        rows = StockLevel.objects.filter(places).values_list("product", "warehouse__code", "on_hand")
        levels = {(product, code): on_hand for product, code, on_hand in rows}
        known = set(Warehouse.objects.filter(is_transit=False).values_list("code", flat=True))
        return {
            (sku, code): {"quantity": str(levels.get((found[sku].product_id, code), 0))}
            for sku, code in keys
            if sku in found and code in known
        }

    def check(self, wants: Sequence[Want]) -> None:
        found = records(want.key[0] for want in wants)
        worth = _worth([record.product_id for record in found.values()])
        allowed = company().adjustment_limit
        limit = MOST if allowed is None else allowed
        for want in wants:
            record = found[want.key[0]]
            if (value := _value(want, worth.get(record.product_id))) > limit:
                want.refuse(
                    "quantity", f"changes {value}, more than {limit}: adjust it, and have it approved"
                )
            if record.num_in_stock is None and not record.product.get_product_class().track_stock:
                want.refuse("sku", "is a service, which lies in no warehouse")
            if _grows(want) and not want.values.get("cost") and record.product_id not in worth:
                want.refuse("cost", "nothing of it is here yet: say what a piece has cost")

    def write(self, wants: Sequence[Want], run: Run) -> None:
        found = records(want.key[0] for want in wants)
        places = {row.code: row for row in Warehouse.objects.filter(is_transit=False)}
        differences = [_difference(want, found, places) for want in wants]
        recounting.correct(differences, reason=run.reason, on=run.on, key=f"{run.key}:{run.part}", by=run.by)

    def undo(self, wants: Sequence[Want], run: Run) -> None:
        """Move as many pieces the other way, whatever was sold meanwhile; at the value that they had."""
        found = records(want.key[0] for want in wants)
        products = [record.product_id for record in found.values()]
        values = _values_of(run.key.removesuffix(":undo"), products)
        here = self.now([want.key for want in wants])
        good = []
        for want in wants:
            ((_, before, after),) = want.changes
            if want.key not in here:
                want.refuse("sku", "is no longer there")
                continue
            there = int(here[want.key]["quantity"])
            target = there - (int(after) - int(before))
            want.before = here[want.key]
            want.values = {"quantity": str(target)}
            lost = -values.get((found[want.key[0]].product_id, want.key[1]), Decimal(0))
            good.append((want, target - there, lost if target > there else None))
            if target < 0:
                want.refuse("quantity", f"only {there} are here: more than that would have to go")
        places = {row.code: row for row in Warehouse.objects.filter(is_transit=False)}
        differences = [
            Difference(found[want.key[0]].product_id, places[want.key[1]].pk, moved, cost)
            for want, moved, cost in good
            if not want.wrong
        ]
        recounting.correct(differences, reason=run.reason, on=run.on, key=f"{run.key}:{run.part}", by=run.by)

    def everything(self) -> Iterator[Facts]:
        rows = StockLevel.objects.filter(warehouse__is_transit=False, product__stockrecords__isnull=False)
        facts = rows.select_related("product__parent", "warehouse").prefetch_related("product__stockrecords")
        for level in facts.order_by("product", "warehouse").iterator(chunk_size=1000):
            yield {
                "sku": level.product.stockrecords.all()[0].partner_sku,
                "title": level.product.get_title(),
                "warehouse": level.warehouse.code,
                "quantity": str(level.on_hand),
            }


def _grows(want: Want) -> bool:
    return any(int(after) > int(before or 0) for _, before, after in want.changes)


def _difference(want: Want, found: dict[str, Any], places: dict[str, Warehouse]) -> Difference:
    ((_, before, after),) = want.changes
    moved = int(after) - int(before)
    cost = amount_of(want.values.get("cost", ""))
    return Difference(
        found[want.key[0]].product_id,
        places[want.key[1]].pk,
        moved,
        None if cost is None or moved < 0 else cost * moved,
    )


def _value(want: Want, average: Decimal | None) -> Decimal:
    """Return about what a row is worth, up or down: at the average, or at its own cost where that is more."""
    pieces = sum(abs(int(after) - int(before or 0)) for _, before, after in want.changes)
    cost = amount_of(want.values.get("cost", "")) if _grows(want) else None
    return money(pieces * max(average or ZERO, cost or ZERO))


def _worth(products: Sequence[int]) -> dict[int, Decimal]:
    """Return what a piece has cost of those products of which something is here."""
    rows = StockValue.objects.filter(product__in=products, quantity__gt=0)
    return {row.product_id: row.value / row.quantity for row in rows}


def _values_of(key: str, products: Sequence[int]) -> dict[tuple[int, str], Decimal]:
    """Return the value that an import moved, by product and warehouse's code."""
    moves = StockMove.objects.filter(source_key__startswith=f"{key}:", product__in=products)
    moves = moves.exclude(source_key__startswith=f"{key}:undo")
    sums = moves.order_by().values_list("product", "warehouse__code").annotate(Sum("value"))
    return {(product, code): value for product, code, value in sums}
