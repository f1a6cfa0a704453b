"""`manage.py stock SKU`: where a product lies, for whom it is kept, and every move that made it so."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from oscar.core.loading import get_model

from erp import forecast
from erp.inventory import explaining
from erp.inventory.explaining import Place
from erp.inventory.models import Backorder, StockMove

StockRecord = get_model("partner", "StockRecord")

PLACES = ("warehouse", "bin", "on hand", "reserved", "available", "incoming", "unavailable", "value")
MOVES = ("date", "kind", "warehouse", "quantity", "balance", "set aside", "value", "caused by", "reason")


class Command(BaseCommand):
    help = "Prints a product's stock in each warehouse, then every move; the last balance is on hand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sku", help="the SKU of a product")

    def handle(self, *args: Any, sku: str, **options: Any) -> None:
        record = StockRecord.objects.select_related("product__parent").filter(partner_sku=sku).first()
        if record is None:
            raise CommandError(f"No product has the SKU {sku}.")
        product = record.product
        self.stdout.write(f"{sku}: {product.get_title()}")
        if record.num_in_stock is None:
            self.stdout.write("A service: it is sold without stock.")
            return
        self._table(PLACES, list(_places(product)))
        self.stdout.write(f"\n{_kept(product)}\n\n")
        self._table(MOVES, [_move(move) for move in explaining.moves(product).iterator()])

    def _table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Print columns side by side, numbers to the right."""
        cells = [[str(value) for value in row] for row in (columns, *rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        right = [bool(rows) and not isinstance(value, str) for value in (rows[0] if rows else columns)]
        for row in cells:
            placed = zip(row, widths, right, strict=True)
            line = (
                value.rjust(width) if is_right else value.ljust(width) for value, width, is_right in placed
            )
            self.stdout.write("  ".join(line).rstrip())


def _places(product: Any) -> Iterator[tuple[Any, ...]]:
    places = explaining.places(product)
    rows = [_place(product, place) for place in places]
    yield from rows
    sums = [sum(column) for column in list(zip(*rows, strict=True))[2:]]
    yield ("all together", "", *(sums or [0] * (len(PLACES) - 2)))


def _place(product: Any, place: Place) -> tuple[Any, ...]:
    level = place.level
    to_come = forecast.incoming([product.pk], warehouse=level.warehouse).get(product.pk, 0)
    counts = level.on_hand, level.reserved, level.available, to_come, level.unavailable
    return (level.warehouse.name, level.bin, *counts, place.value)


def _kept(product: Any) -> str:
    waits = Backorder.objects.filter(product=product).first()
    held = sum(hold.quantity for hold in explaining.held(product, now=timezone.now()))
    to_come = forecast.incoming([product.pk]).get(product.pk, 0)
    return f"{waits.waiting if waits else 0} waited for, {held} held at the checkout, {to_come} on order."


def _move(move: Any) -> tuple[Any, ...]:
    assert isinstance(move, StockMove)
    return (
        f"{move.moved_on}",
        move.get_kind_display(),
        move.warehouse.name,
        move.quantity,
        move.balance,  # type: ignore[attr-defined]
        move.unavailable,
        move.value,
        move.source_key,
        move.reason,
    )
