"""What of invoice lines is to be credited: pieces, or amounts off their price. Nothing is written here.

Pieces of goods are credited once they have left. What has not left is cancelled on its delivery note,
which credits it: else a note would promise goods that nobody pays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum

from accounting.money import ZERO, from_minor, minor, money, rhu, spread
from accounting.refusal import Refusal
from erp.delivery.services import open_quantities
from erp.inventory.valuation import slice_of

from .models import Invoice, InvoiceLine

Amounts = dict[int, Decimal]  # by invoice line, in the price mode of the invoice


class NothingToCredit(Refusal):
    """More is to be credited than was invoiced and not yet credited."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Pieces of an invoice line, of which `deferred` had not become revenue; or an amount off its price."""

    line: InvoiceLine
    pieces: int
    deferred: int = 0
    amount: Decimal = ZERO  # in the price mode of the invoice

    @property
    def order_line(self) -> int:
        return self.line.order_line_id or 0

    def net_and_gross(self, *, prices: str) -> tuple[Decimal, Decimal]:
        """Return the part of what is left of the line: the last piece, or the last cent, takes all of it."""
        line = self.line
        net, gross = line.net - line.credited_net, line.gross - line.credited_gross
        if self.pieces:
            pieces = line.quantity - line.credited
            return slice_of(net, pieces, 0, self.pieces), slice_of(gross, pieces, 0, self.pieces)
        if prices == "gross":
            return _share(net, self.amount, gross), self.amount
        return self.amount, _share(gross, self.amount, net)


def hold_lines(invoices: Iterable[Invoice]) -> list[InvoiceLine]:
    """Lock the lines of invoices and return them in order."""
    rows = InvoiceLine.objects.select_for_update(of=("self",)).select_related("tax_code")
    return list(rows.filter(invoice__in=list(invoices)).order_by("invoice_id", "position"))


def everything(lines: Iterable[InvoiceLine]) -> list[Portion]:
    """Return all that is not yet credited."""
    return [
        Portion(line, line.quantity - line.credited, _waiting(line))
        for line in lines
        if line.credited < line.quantity
    ]


def chosen(invoice: Invoice, quantities: Mapping[int, int], amounts: Mapping[int, Decimal]) -> list[Portion]:
    """Return what is asked for of an invoice's lines: pieces, and amounts in its price mode.

    Raises NothingToCredit.
    """
    lines = {line.pk: line for line in hold_lines([invoice])}
    asked = [*quantities, *amounts]
    if not asked or set(asked) - lines.keys():
        raise NothingToCredit("Only lines of this invoice can be credited.")
    if len(set(asked)) < len(asked):
        raise NothingToCredit("Credit either pieces of a line or an amount off its price.")
    pieces = [_pieces(lines[key], wanted) for key, wanted in quantities.items()]
    return pieces + [_amount(lines[key], amount, prices=invoice.prices) for key, amount in amounts.items()]


def waits_in_vain(order: Any) -> dict[int, int]:
    """Return the pieces by order line that are billed and wait to leave, but stand on no open note."""
    waiting = InvoiceLine.objects.filter(invoice__order=order, deferred=True, released__lt=F("quantity"))
    rows = waiting.exclude(order_line=None).order_by().values_list("order_line")
    billed = rows.annotate(waiting=Sum(F("quantity") - F("released")))
    to_leave = open_quantities(order)
    left = {key: pieces - to_leave.get(key, 0) for key, pieces in billed}
    return {key: pieces for key, pieces in left.items() if pieces > 0}


def unshipped(lines: Iterable[InvoiceLine], left: dict[int, int]) -> list[Portion]:
    """Return the lines that billed pieces in vain (by order line), and take them off what is left."""
    portions = []
    for line in lines:
        pieces = min(left.get(line.order_line_id or 0, 0), _waiting(line))
        if pieces > 0:
            left[line.order_line_id or 0] -= pieces
            portions.append(Portion(line, pieces, pieces))
    return portions


def of_order_lines(lines: Iterable[InvoiceLine], returned: dict[int, int]) -> list[Portion]:
    """Return the invoice lines that billed returned pieces (by order line). They are revenue by now."""
    left, portions = dict(returned), []
    for line in lines:
        key = line.order_line_id or 0
        pieces = min(left.get(key, 0), _earned(line))
        if pieces > 0:
            left[key] -= pieces
            portions.append(Portion(line, pieces))
    return portions


def of_charges(
    lines: Iterable[InvoiceLine], *, most_shipping: Decimal, prices: str, services: bool
) -> list[Portion]:
    """Return what goes back beside the goods when all of them do: surcharges, and shipping up to an amount.

    The amount is gross; what was credited of shipping before counts towards it. Services go along if wanted.
    """
    whole = {InvoiceLine.Kind.SURCHARGE} | ({InvoiceLine.Kind.SERVICE} if services else set())
    left = [line for line in lines if line.credited < line.quantity]
    shipping = [line for line in left if line.kind == InvoiceLine.Kind.SHIPPING]
    portions = [_pieces(line, line.quantity - line.credited) for line in left if line.kind in whole]
    open_parts = [line.gross - line.credited_gross for line in shipping]
    most = most_shipping - sum((line.credited_gross for line in shipping), ZERO)
    if most >= sum(open_parts, ZERO):
        return portions + [_pieces(line, 1) for line in shipping]
    for line, part in zip(shipping, spread(max(most, ZERO), open_parts), strict=True):
        gross = line.gross - line.credited_gross
        amount = part if prices == "gross" else _share(line.net - line.credited_net, part, gross)
        if amount > ZERO:
            portions.append(_amount(line, amount, prices=prices))
    return portions


def _pieces(line: InvoiceLine, pieces: int) -> Portion:
    is_charge = line.order_line_id is None
    left = line.quantity - line.credited
    if not 0 < pieces <= left:
        raise NothingToCredit(f"Of '{line.title}' {left} can be credited, not {pieces}.")
    if is_charge:
        return Portion(line, pieces, _waiting(line))
    if pieces > _earned(line):
        waiting = f"Of '{line.title}' {_waiting(line)} have not left yet"
        raise NothingToCredit(f"{waiting}: cancel them on their delivery note instead.")
    return Portion(line, pieces)


def _amount(line: InvoiceLine, amount: Decimal, *, prices: str) -> Portion:
    left = line.gross - line.credited_gross if prices == "gross" else line.net - line.credited_net
    if not amount.is_finite() or not ZERO < amount <= left:
        raise NothingToCredit(f"Of '{line.title}' {left} can be credited, not {amount:f}.")
    if amount != money(amount):
        raise NothingToCredit(f"{amount} is no amount of money: two decimals are the most.")
    return Portion(line, 0, amount=money(amount))


def _earned(line: InvoiceLine) -> int:
    """Return the pieces that are revenue and not credited."""
    return (line.released if line.deferred else line.quantity) - line.credited


def _waiting(line: InvoiceLine) -> int:
    """Return the pieces that are billed and have not left."""
    return line.quantity - line.released if line.deferred else 0


def _share(total: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return from_minor(rhu(minor(total) * minor(part), minor(whole)))
