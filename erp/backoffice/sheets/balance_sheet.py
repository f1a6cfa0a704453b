"""The balance sheet: what there is at the end of a day and whose it is, with the results of all years."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from accounting.periods import FIRST_YEAR
from accounting.statements import BalanceSheet, balance_sheet, total

from .asking import DayForm, Span, said, url_of
from .grouped import Part, columns, row, title
from .sheet import SUM, Report, Row, Sheet


def sheets(asked: DayForm) -> Sequence[Sheet]:
    days = [day for day in (asked.day, asked.beside) if day]
    found = [balance_sheet(day) for day in days]
    spans = [Span(one.year_start, day) for one, day in zip(found, days, strict=True)]
    wrong = " ".join(_wrong(day, one.difference) for one, day in zip(found, days, strict=True))
    note = "No entry closes a year: results are reckoned from the accounts of income and expenses."
    return [Sheet("Balance sheet", columns(*map(said, days)), list(_rows(found, spans)), note, wrong.strip())]


def _rows(found: Sequence[BalanceSheet], spans: Sequence[Span]) -> Iterator[Row]:
    yield from Part("Assets", [one.assets for one in found], spans).rows()
    yield from Part("Liabilities", [one.liabilities for one in found], spans).rows()
    yield from _own(found, spans)
    yield row("", "Total liabilities and equity", [total(one.liabilities) + one.own for one in found], SUM)


def _own(found: Sequence[BalanceSheet], spans: Sequence[Span]) -> Iterator[Row]:
    """Yield what belongs to the company: its equity, and what it has earned."""
    equity = list(Part("Equity", [one.equity for one in found], spans).rows())
    yield from equity[:-1] or [title("Equity", spans)]
    yield _result("Result of the year up to the day", [one.result_of_year for one in found], spans)
    yield _result("Results of earlier years", [one.result_before for one in found], _earlier(spans))
    yield row("", "Total equity", [one.own for one in found], SUM)


def _result(name: str, amounts: Sequence[Decimal], spans: Sequence[Span]) -> Row:
    urls = [url_of("profit-and-loss", start=span.start, end=span.end) for span in spans]
    return row("", name, amounts, urls=urls)


def _earlier(spans: Sequence[Span]) -> list[Span]:
    """Return all the days before those years."""
    return [Span(date(FIRST_YEAR, 1, 1), span.start - timedelta(days=1)) for span in spans]


def _wrong(day: date, difference: Decimal) -> str:
    if not difference:
        return ""
    return f"On {said(day)} it does not balance: {difference:+,.2f} more is there than belongs to anybody."


BALANCE_SHEET = Report(
    "balance-sheet",
    "Balance sheet",
    "What there is at the end of a day and whose it is, with the result of the year that is running.",
    DayForm,
    sheets,
)
