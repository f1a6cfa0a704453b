"""What customers owe and what we owe suppliers, by how late it is; and the documents of one of them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any

from django import forms
from django.urls import reverse

from accounting import chart
from accounting.models import Party
from accounting.money import ZERO
from accounting.open_items import Item
from erp.reporting import aged
from erp.reporting.aged import LIMITS, Aged

from .. import links
from .asking import DayForm, said, url_of
from .sheet import SUM, Link, Report, Row, Sheet

LATE = ("Not due", *(f"{first + 1}-{last}" for first, last in pairwise(LIMITS)))
BUCKETS = (*LATE, f"Over {LIMITS[-1]} days")
DOCUMENTS = ("Document", "Caused by", "Date", "Due", "Days late", "Original", "Open")
NOTE = (
    "Days are counted from the day a document is due. A name leads to the documents, a key to the statement"
    " of account. What is to somebody's credit is set off against nothing here."
)


class AgedForm(DayForm):
    """The day, and whose documents to show below."""

    party = forms.CharField(label="documents of (key)", max_length=80, required=False)

    def clean_party(self) -> str:
        """Refuse a key that nobody has."""
        key = self.cleaned_data["party"].strip()
        if key and not Party.objects.filter(key=key).exists():
            raise forms.ValidationError("Nobody has this key.")
        return key

    def describe(self) -> str:
        chosen = self.cleaned_data["party"]
        return super().describe() + (f", documents of {chosen}" if chosen else "")


def _sheets(slug: str, role: str, asked: AgedForm) -> Sequence[Sheet]:
    found = [_overview(slug, role, asked)]
    if key := asked.cleaned_data["party"]:
        found.append(_documents(role, Party.objects.get(key=key), asked.day))
    return found


def _overview(slug: str, role: str, asked: AgedForm) -> Sheet:
    on, beside = asked.day, asked.beside
    rows = aged.aged(role, on=on)
    before = aged.totals(role, on=beside) if beside else None
    lines = [_row(slug, row, on, before) for row in rows]
    who = "Customer" if role == chart.RECEIVABLE else "Supplier"
    columns = [who, "Key", *BUCKETS, "To their credit", "Together"]
    if beside:
        columns.append(said(beside))
        lines += [_gone(slug, party, on, before or {}) for party in _only_before(rows, before or {})]
    if lines:
        lines.append(_sum(rows, before))
    return Sheet(f"{who}s, {said(on)}", columns, lines, NOTE, _wrong(role, rows, on))


def _row(slug: str, row: Aged, on: date, before: dict[int, Decimal] | None) -> Row:
    cells = [*_named(slug, row.party, on), *row.buckets, row.credit, row.total]
    return Row(cells if before is None else [*cells, before.get(row.party.pk, ZERO)])


def _only_before(rows: Sequence[Aged], before: dict[int, Decimal]) -> Iterator[Party]:
    """Yield who owed something on the other day only."""
    gone = {key for key, amount in before.items() if amount} - {row.party.pk for row in rows}
    yield from Party.objects.filter(pk__in=gone).order_by("name", "pk")


def _gone(slug: str, party: Party, on: date, before: dict[int, Decimal]) -> Row:
    return Row([*_named(slug, party, on), *([ZERO] * (len(BUCKETS) + 2)), before[party.pk]])


def _sum(rows: Sequence[Aged], before: dict[int, Decimal] | None) -> Row:
    figures: Any = zip(*([*row.buckets, row.credit, row.total] for row in rows), strict=True)
    sums = [sum(column, ZERO) for column in figures] or [ZERO] * (len(BUCKETS) + 2)
    return Row(["Together", "", *sums, *([] if before is None else [sum(before.values(), ZERO)])], SUM)


def _named(slug: str, party: Party, on: date) -> list[Link]:
    documents = url_of(slug, on=on, party=party.key)
    days = f"start={date(on.year, 1, 1)}&end={on}"
    statement = f"{reverse('admin:statement', args=[party.pk])}?{days}"
    return [Link(party.name, documents), Link(party.key, statement)]


def _wrong(role: str, rows: Sequence[Aged], on: date) -> str:
    total, booked = sum((row.total for row in rows), ZERO), aged.booked(role, on=on)
    if total == booked:
        return ""
    return f"Open items come to {total}, {chart.account(role)} says {booked}: {booked - total} differs."


def _documents(role: str, party: Party, on: date) -> Sheet:
    items = aged.items(role, on=on, party=party)
    rows = [_document(item, on) for item in items]
    if rows:
        total = sum((item.open for item in items), ZERO)
        rows.append(Row(["Together", "", None, None, None, None, total], SUM))
    return Sheet(f"Documents of {party}", DOCUMENTS, rows)


def _document(item: Item, on: date) -> Row:
    what = Link(item.document_no or item.memo or item.source_key, links.url_of_source(item.source_key))
    late = item.days_late(on) if item.open > 0 else None
    settled = Link(item.open, reverse("admin:accounting_openitem_change", args=[item.key]))
    return Row([what, item.memo, item.day, item.due, late, item.original, settled])


def _report(slug: str, title: str, about: str, role: str) -> Report:
    answer: Callable[[Any], Sequence[Sheet]] = partial(_sheets, slug, role)
    return Report(slug, title, about, AgedForm, answer, needs="accounting.view_openitem")


AGED_RECEIVABLES = _report(
    "aged-receivables",
    "Aged receivables",
    "What customers owed at the end of any day, and how late they were.",
    chart.RECEIVABLE,
)
AGED_PAYABLES = _report(
    "aged-payables",
    "Aged payables",
    "What we owed suppliers at the end of any day, and how late we were.",
    chart.PAYABLE,
)
