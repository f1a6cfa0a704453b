"""An entry of many lines as amounts between two accounts, for programs that know nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from accounting.reports import LedgerRow

LARGEST = Decimal("9999999999.99")  # Ten digits before the comma are what DATEV takes.


@dataclass(frozen=True, slots=True)
class Pair:
    """An amount from a debit to a credit, above zero."""

    debit: LedgerRow
    credit: LedgerRow
    amount: Decimal


def pairs(lines: list[LedgerRow]) -> Iterator[Pair]:
    """Divide an entry that balances into pairs, in the order of its lines.

    Each line's amount is the sum of its pairs. A line is paired with another account as long as there is one.
    """
    open_credits = [(line, -line.amount) for line in lines if line.amount < 0]
    for debit in lines:
        left = max(debit.amount, Decimal(0))
        while left:
            place = _place_of_another(debit, open_credits)
            credit, open_amount = open_credits[place]
            amount = min(left, open_amount, LARGEST)
            yield Pair(debit, credit, amount)
            left -= amount
            if amount == open_amount:
                del open_credits[place]
            else:
                open_credits[place] = credit, open_amount - amount


def _place_of_another(debit: LedgerRow, open_credits: list[tuple[LedgerRow, Decimal]]) -> int:
    """Return the place of the first credit on another account, or else of the first."""
    code = debit.account_code
    others = (place for place, (line, _) in enumerate(open_credits) if line.account_code != code)
    return next(others, 0)
