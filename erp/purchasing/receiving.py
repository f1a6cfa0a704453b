"""What came of a purchase order: receipts, at the order's price."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.inventory import services as inventory
from erp.inventory.models import StockMove
from erp.inventory.services import Cause, Piece

from .models import GoodsReceipt, GoodsReceiptLine, PurchaseLine, PurchaseOrder

State = PurchaseOrder.State
LINES = "purchasing_purchaseline"


class NothingExpected(Refusal):
    """Nothing comes of an order in this state."""


class NothingCame(Refusal):
    """A receipt without pieces, or with pieces of another order."""


class MoreThanOrdered(Refusal):
    """More came than was ordered and is tolerated."""


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt just written, its worth at the order's prices, and which products came."""

    document: GoodsReceipt
    value: Decimal
    products: list[int]


def known(key: str) -> GoodsReceipt | None:
    """Return the receipt with a key, if there is one."""
    return GoodsReceipt.objects.filter(key=key).first()


def take_in(
    purchase: PurchaseOrder,
    quantities: Mapping[int, int],
    *,
    tolerance: int,
    on: date,
    key: str,
    reference: str,
    by: Any,
) -> Received:
    """Put what came of a held order on the shelf. Quantities are pieces by the keys of its lines.

    `tolerance` is the per cent that may come beyond the order.
    Raises NothingExpected, NothingCame, MoreThanOrdered.
    """
    if purchase.state not in (State.ORDERED, State.PARTLY_RECEIVED):
        raise NothingExpected(
            f"{purchase} is {purchase.get_state_display()}: nothing more is expected of it."
        )
    lines = pick(purchase, quantities, refusal=NothingCame)
    for line in lines:
        _require_room(line, quantities[line.pk], tolerance)
    receipt = GoodsReceipt.objects.create(
        order=purchase,
        number=f"GR-{purchase.number}-{GoodsReceipt.objects.filter(order=purchase).count() + 1}",
        received_on=on,
        reference=reference,
        key=key,
        user=by,
    )
    rows = [_receipt_line(receipt, line, quantities[line.pk]) for line in lines]
    GoodsReceiptLine.objects.bulk_create(rows)
    _count(purchase, {line.pk: quantities[line.pk] for line in lines})
    pieces = [Piece(row.line.product_id, purchase.warehouse_id, row.quantity, row.value) for row in rows]
    cause = Cause(StockMove.Kind.RECEIPT, f"receipt:{receipt.pk}", on, reason=receipt.number, by=by)
    inventory.receive(pieces, cause=cause)
    return Received(receipt, sum((row.value for row in rows), ZERO), [line.product_id for line in lines])


def pick(
    purchase: PurchaseOrder, quantities: Mapping[int, int], *, refusal: type[Refusal]
) -> list[PurchaseLine]:
    """Return the lines of an order of which there are pieces. Raises the refusal where there are none."""
    own = {line.pk: line for line in PurchaseLine.objects.filter(order=purchase).order_by("pk")}
    if strange := quantities.keys() - own.keys():
        raise refusal(f"{purchase} has no line {', '.join(str(key) for key in sorted(strange))}.")
    if any(pieces < 0 for pieces in quantities.values()):
        raise refusal("Pieces are counted from zero up.")
    lines = [line for key, line in own.items() if quantities.get(key)]
    if not lines:
        raise refusal(f"Say how many pieces of {purchase}, and of what.")
    return lines


def _require_room(line: PurchaseLine, pieces: int, tolerance: int) -> None:
    most = line.quantity + line.quantity * tolerance // 100
    if line.received + pieces > most:
        already = f", {line.received} have come already" if line.received else ""
        beyond = f" (and up to {most} are tolerated)" if most > line.quantity else ""
        raise MoreThanOrdered(
            f"{line.quantity} of '{line.title}' are ordered{beyond}{already}: {pieces} are too many."
        )


def _receipt_line(receipt: GoodsReceipt, line: PurchaseLine, pieces: int) -> GoodsReceiptLine:
    value = line.worth(line.kept + pieces) - line.worth(line.kept)
    return GoodsReceiptLine(receipt=receipt, line=line, quantity=pieces, value=value)


def _count(purchase: PurchaseOrder, came: Mapping[int, int]) -> None:
    """Count the pieces that came on their lines, and move the order on."""
    update_rows(LINES, "received = received + v.column2", "id = v.column1", list(came.items()))
    is_short = PurchaseLine.objects.filter(order=purchase, received__lt=F("quantity")).exists()
    state = State.PARTLY_RECEIVED if is_short else State.RECEIVED
    if state != purchase.state:
        purchase.move_to(state)
