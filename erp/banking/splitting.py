"""Turns what somebody typed beside a line of the bank into the parts it stands for."""

from collections.abc import Sequence
from decimal import Decimal

from accounting.money import ZERO
from accounting.refusal import Refusal

from . import moves, naming, proposals
from .models import BankLine
from .proposals import Part


class NotFound(Refusal):
    """Nothing here has that number, or more than one thing has."""


def parts(line: BankLine, numbers: Sequence[tuple[str, Decimal | None]], account: str = "") -> list[Part]:
    """Return the parts of a line: for each number its amount, and what is left for an account.

    A number without an amount takes what is owed, or what of the line is left. Raises NotFound.
    """
    found: list[Part] = []
    left = line.amount
    for number, amount in numbers:
        part = _part(line, number, amount, left)
        found.append(part)
        left -= part.amount
    if left and account:
        found.append(Part(left, account=account))
    return found


def _part(line: BankLine, number: str, amount: Decimal | None, left: Decimal) -> Part:
    orders = {key for keys in naming.find([number])[number].values() for key in keys}
    if len(orders) != 1:
        raise NotFound(f"'{number}' names {'several orders' if orders else 'no order or invoice here'}.")
    return _in(number, orders, amount, left) if line.amount > ZERO else _out(number, orders, amount, left)


def _in(number: str, orders: set[int], amount: Decimal | None, left: Decimal) -> Part:
    payments = proposals.payments_of(orders)
    if not payments:
        raise NotFound(f"The order of '{number}' is not paid by transfer.")
    owed = proposals.owed_on(payments[0])
    return Part(amount if amount is not None else min(owed or left, left), payment=payments[0])


def _out(number: str, orders: set[int], amount: Decimal | None, left: Decimal) -> Part:
    refunds = moves.refunds_not_on_statement().filter(payment__order__in=orders).order_by("pk")
    wanted = abs(amount if amount is not None else left)
    rows = list(refunds)
    fits = [row for row in rows if row.amount == wanted] or (rows if amount is None else [])
    if not fits:
        raise NotFound(f"No refund of '{number}' over {wanted} is still to be transferred.")
    return Part(-fits[0].amount, operation=fits[0])
