"""What a basket comes to, as it is shown before it is ordered."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.sales.pricing import Totals, price
from erp.sales.sale import Sale, SaleLine
from shop.answers import Answers

from .sale import priced_lines, problem_with, promise_of, sale_from_basket


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the basket beside its line of the sale; `sold` is None where it cannot be sold.

    `promise` says when it is sent, where not all of it is here.
    """

    line: Any
    sold: SaleLine | None
    problem: str
    entered: str | int
    promise: str = ""

    @property
    def amount(self) -> Decimal:
        """Return what the line comes to before discounts, as prices are shown."""
        return self.sold.unit_price * self.sold.quantity if self.sold else ZERO


@dataclass(frozen=True, slots=True)
class Preview:
    sale: Sale
    totals: Totals
    rows: tuple[Row, ...]

    @property
    def goods(self) -> Decimal:
        """Return the sum of the lines before discounts, as prices are shown."""
        return sum((row.amount for row in self.rows), ZERO)

    @property
    def total(self) -> Decimal:
        return self.totals.gross

    @property
    def shipping_before(self) -> Decimal:
        """Return the shipping charge before discounts: these are listed together with those on goods."""
        off_lines = sum((line.discount for line in self.sale.lines), ZERO)
        return self.sale.shipping.charge + self.off - off_lines

    @property
    def off(self) -> Decimal:
        """Return what all discounts come to."""
        return sum((discount.amount for discount in self.sale.discounts), ZERO)

    def marked(self, errors: dict[int, tuple[str, str]]) -> "Preview":
        """Return it with what is wrong with lines, and what was entered there: line key -> both."""
        rows = []
        for row in self.rows:
            problem, entered = errors.get(row.line.pk, (row.problem, row.entered))
            rows.append(replace(row, problem=problem, entered=entered))
        return replace(self, rows=tuple(rows))

    @property
    def buyable(self) -> bool:
        return bool(self.sale.lines) and not any(row.problem for row in self.rows)


def preview(basket: Any, answers: Answers, *, at: datetime) -> Preview:
    """Return what the basket comes to right now. Raises what `sale_from_basket` raises."""
    return describe(basket, sale_from_basket(basket, answers, at=at))


def estimate(basket: Any, answers: Answers, *, at: datetime) -> Preview:
    """Return what the basket comes to as far as it can be told: at home, where the address is refused."""
    try:
        return preview(basket, answers, at=at)
    except Refusal:
        return preview(basket, Answers(), at=at)


def describe(basket: Any, sale: Sale) -> Preview:
    """Put a sale beside the basket it was made from."""
    sold = dict(zip((line.pk for line in priced_lines(basket)), sale.lines, strict=True))
    rows = (_row(line, sold.get(line.pk)) for line in basket.all_lines())
    return Preview(sale, price(sale), tuple(rows))


def _row(line: Any, sold: SaleLine | None) -> Row:
    problem = problem_with(line)
    return Row(line, sold, problem, line.quantity, "" if problem else promise_of(line))
