"""The VAT return: its boxes, what is in none of them, whether documents agree, and the months to file."""

from collections.abc import Iterator, Sequence
from typing import Any

from accounting import chart
from accounting.models import JournalLine, Period, TaxCode
from accounting.money import ZERO
from erp.documents.services import company
from erp.reporting import oss, vat_control, vat_return
from erp.reporting.vat_return import INPUT, OUTPUT, Box, Figure, Return

from .. import links
from .asking import Span, SpanForm, url_of
from .sheet import HEADING, SUM, Link, Report, Row, Sheet
from .vat_asking import MonthForm

SIDES = {OUTPUT: "Owed", INPUT: "Reclaimed"}
DUE, NOTE = "due", "note"  # of the form: how its last line is called, and what has to be known
TO_PAY = "To be paid (below zero: to be got back)"
ACCOUNTS = {chart.VAT_PAYABLE: "VAT payable", chart.INPUT_VAT: "Input VAT"}


def sheets(asked: SpanForm) -> Sequence[Sheet]:
    home = company().country
    return [_boxes(asked, home), _apart(asked.span, home), _control(asked.span), _months(asked.span)]


def _boxes(asked: SpanForm, home: str) -> Sheet:
    spans = [asked.span, *([asked.beside] if asked.beside else [])]
    found = [vat_return.vat_return(span.start, span.end, home=home) for span in spans]
    columns = ["Box", "What", "Without VAT", "VAT"]
    columns += [f"{name}, {asked.beside}" for name in columns[2:]] if asked.beside else []
    titles = _titles(home)
    rows = [row for side in SIDES for row in _side(side, found, spans, titles)]
    due, title = next(((box.name, title) for box, title in titles.items() if box.side == DUE), ("", TO_PAY))
    rows.append(Row([due, title, *(cell for each in found for cell in ("", vat_return.due(each)))], SUM))
    note = next((title for box, title in titles.items() if box.side == NOTE), "")
    return Sheet("VAT return", columns, rows, note=note)


def _titles(home: str) -> dict[Box, str]:
    """Return what boxes are called: by the country's form, or by the code that has one of its own."""
    names = TaxCode.objects.values_list("code", "name")
    return {Box(side, code): name for code, name in names for side in SIDES} | vat_return.titles(home)


def _side(side: str, found: Sequence[Return], spans: Sequence[Span], titles: dict[Box, str]) -> Iterator[Row]:
    boxes = list(dict.fromkeys(box for each in found for box in each if box.side == side))
    if not boxes:
        return
    yield Row(["", SIDES[side], *[None] * (2 * len(found))], HEADING)
    for box in boxes:
        figures = [
            _linked(each.get(box, Figure()), box, span) for each, span in zip(found, spans, strict=True)
        ]
        yield Row([box.name, titles.get(box, ""), *(cell for pair in figures for cell in pair)])


def _linked(figure: Figure, box: Box, span: Span) -> list[Any]:
    url = url_of("vat-documents", start=span.start, end=span.end, side=box.side, box=box.name)
    return [Link(value, url) if value else "" for value in (figure.base, figure.tax)]


def _apart(span: Span, home: str) -> Sheet:
    """Return what bears a tax code or stands on an account of VAT, and is in no box."""
    rows = [*_of_others(span, home), *_without_code(span)]
    return Sheet("In none of these boxes", ("What", "Without VAT", "VAT"), rows)


def _of_others(span: Span, home: str) -> Iterator[Row]:
    shop, others = oss.elsewhere(span.start, span.end, home=home)
    url = url_of("oss", start=span.start, end=span.end)
    bought = shop.bought + others.bought
    if shop.sold or shop.owed:
        yield Row(["VAT of other EU countries (one-stop shop)", Link(shop.sold, url), Link(shop.owed, url)])
    if others.sold or others.owed:
        yield Row(["VAT of other countries", others.sold, others.owed])
    if bought:
        yield Row(["Bought with another country's VAT, which is part of the price", bought, ""])


def _without_code(span: Span) -> Iterator[Row]:
    for role, name in ACCOUNTS.items():
        without = vat_control.compare(role, span.start, span.end)[-1]
        if without.booked:
            url = links.list_of(
                JournalLine,
                account__code=chart.account(role).code,
                tax_code__isnull=True,
                date__gte=span.start,
                date__lte=span.end,
            )
            yield Row([f"{name} without a tax code, such as VAT paid", "", Link(without.booked, url)])


def _control(span: Span) -> Sheet:
    """Return the turnover of the accounts of VAT beside what documents say."""
    rows, differing = [], []
    for role, name in ACCOUNTS.items():
        found = vat_control.compare(role, span.start, span.end)
        rows.append(Row([name, None, None], HEADING))
        rows += [Row([row.title, row.documents, row.booked]) for row in found]
        rows.append(Row(["Moved in these days", None, sum((row.booked for row in found), ZERO)], SUM))
        differing += [f"{row.title} ({', '.join(row.differing)})" for row in found if row.differing]
    wrong = f"Documents and books differ: {'; '.join(differing)}." if differing else ""
    return Sheet("Documents and books", ("VAT", "Documents", "Books"), rows, wrong=wrong)


def _months(span: Span) -> Sheet:
    """Return the months of these days, each leading to where its VAT is locked once it is filed."""
    periods = Period.objects.filter(start__gte=span.start, end__lte=span.end).order_by("start")
    rows = [Row([Link(str(period), links.page_of(period)), _state(period)]) for period in periods]
    note = "Lock the VAT of a month when its return is filed: what comes late then goes into the next one."
    return Sheet("Months", ("Month", "VAT"), rows, note=note)


def _state(period: Period) -> str:
    return "locked" if period.vat_locked or period.locked else "open"


VAT_RETURN = Report(
    "vat-return",
    "VAT return",
    "Box by box with the documents behind it, and whether they agree with the books.",
    MonthForm,
    sheets,
)
