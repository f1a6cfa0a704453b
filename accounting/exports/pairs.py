"""An entry of many lines as amounts between two accounts, for programs that know nothing else."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from accounting.money import ZERO
from accounting.reports import LedgerRow

LARGEST = Decimal("9999999999.99")  # Ten digits before the comma are what DATEV takes.

Open = list[tuple[LedgerRow, Decimal]]
"""Lines of one side with what is left of each."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An amount from a debit to a credit, above zero."""

    debit: LedgerRow
    credit: LedgerRow
    amount: Decimal


def pairs(lines: list[LedgerRow]) -> list[Pair]:
    """Divide an entry that balances into pairs, in the order of its lines where that can be.

    Each line's amount is the sum of its pairs. No account is paired with itself, unless it makes up more
    than half of the entry.
    """
    found = list(_in_order(lines))
    if any(pair.debit.account_code == pair.credit.account_code for pair in found):
        return list(_heaviest_first(lines))
    return found


def _in_order(lines: list[LedgerRow]) -> Iterator[Pair]:
    """Yield for each debit the first credits on other accounts. At the end none may be left."""
    debits, credits = _sides(lines)
    while debits:
        debit, left = debits[0]
        others = (place for place, one in enumerate(credits) if one[0].account_code != debit.account_code)
        place = next(others, 0)
        yield _taken((debits, credits), (0, place), min(left, credits[place][1], LARGEST))


def _heaviest_first(lines: list[LedgerRow]) -> Iterator[Pair]:
    """Yield pairs of the account that has most left, and not so much that another could have no partner."""
    debits, credits = _sides(lines)
    while debits:
        weights: Counter[str] = Counter()
        for line, left in (*debits, *credits):
            weights[line.account_code] += left  # type: ignore[assignment]
        first = max(weights, key=weights.__getitem__)
        mine, its = (debits, credits) if _has(debits, first) else (credits, debits)
        place = next(place for place, (line, _) in enumerate(mine) if line.account_code == first)
        other = max(range(len(its)), key=lambda at: _rank(its[at][0], first, weights))
        of_two = {first, its[other][0].account_code}
        rest = max((weight for code, weight in weights.items() if code not in of_two), default=0)
        amount = min(mine[place][1], its[other][1], LARGEST)
        slack = sum((left for _, left in debits), ZERO) - rest
        amount = min(amount, slack) if slack > 0 else amount
        places = (place, other) if mine is debits else (other, place)
        yield _taken((debits, credits), places, amount)


def _sides(lines: list[LedgerRow]) -> tuple[Open, Open]:
    debits = [(line, line.amount) for line in lines if line.amount > 0]
    return debits, [(line, -line.amount) for line in lines if line.amount < 0]


def _has(side: Open, code: str) -> bool:
    return any(line.account_code == code for line, _ in side)


def _rank(line: LedgerRow, first: str, weights: Counter[str]) -> tuple[bool, Decimal]:
    """Return by what a partner is chosen: another account, and the one that has most left."""
    return line.account_code != first, Decimal(weights[line.account_code])


def _taken(sides: tuple[Open, Open], places: tuple[int, int], amount: Decimal) -> Pair:
    """Take an amount off a debit and a credit, and return the pair."""
    debit, credit = (side[place][0] for side, place in zip(sides, places, strict=True))
    for side, place in zip(sides, places, strict=True):
        line, left = side[place]
        if left == amount:
            del side[place]
        else:
            side[place] = line, left - amount
    return Pair(debit, credit, amount)
