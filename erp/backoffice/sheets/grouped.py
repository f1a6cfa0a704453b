"""Figures under the headings of the chart, with their sums, beside those of other days where asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounting.models import Account
from accounting.money import ZERO
from accounting.statements import Groups, total

from . import lines
from .asking import Span
from .sheet import HEADING, SUM, Link, Row

CHANGE = "Change"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a statement: what its accounts come to, once for each span beside another."""

    title: str
    figures: Sequence[Groups]
    spans: Sequence[Span]

    def rows(self) -> Iterator[Row]:
        """Yield each heading with its accounts and their sum, and the sum of all where there are several."""
        headings = self._headings()
        for heading, accounts in headings.items():
            yield title(heading or self.title, self.spans)
            yield from (self._row(heading, account) for account in accounts)
            if len(headings) > 1:
                sums = [total({"": groups.get(heading, {})}) for groups in self.figures]
                yield row("", f"Total {heading or self.title}", sums, SUM)
        if headings:
            yield row("", f"Total {self.title.lower()}", [total(groups) for groups in self.figures], SUM)

    def _headings(self) -> dict[str, list[Account]]:
        """Return the accounts of all columns by heading, both in the order of codes."""
        known = {(account.code, heading, account) for heading, account in self._accounts()}
        found: dict[str, list[Account]] = {}
        for _, heading, account in sorted(known, key=lambda one: one[0]):
            found.setdefault(heading, []).append(account)
        return found

    def _accounts(self) -> Iterator[tuple[str, Account]]:
        for groups in self.figures:
            for heading, group in groups.items():
                yield from ((heading, account) for account in group)

    def _row(self, heading: str, account: Account) -> Row:
        amounts = [groups.get(heading, {}).get(account, ZERO) for groups in self.figures]
        urls = [lines.ledger_url(account, span) for span in self.spans]
        return row(Link(account.code, urls[0]), account.name, amounts, urls=urls)


def columns(*days: Any) -> list[str]:
    """Return the headings of a statement of one span or day, or of two and what has changed."""
    return ["Code", "Account", *map(str, days), *([CHANGE] if len(days) > 1 else [])]


def title(text: str, days: Sequence[Any]) -> Row:
    """Return a row that heads others."""
    return Row(["", text, *[None] * (len(columns(*days)) - 2)], HEADING)


def row(
    code: Any, name: str, amounts: Sequence[Decimal], style: str = "", *, urls: Sequence[str] = ()
) -> Row:
    """Return a row of amounts, each leading where its address says, and what has changed between two."""
    cells: list[Any] = list(amounts)
    if urls:
        cells = [Link(amount, url) for amount, url in zip(amounts, urls, strict=True)]
    if len(amounts) > 1:
        cells.append(amounts[0] - amounts[1])
    return Row([code, name, *cells], style)
