"""The documents behind a box of the VAT return, or behind a line of the OSS return."""

from collections.abc import Iterable, Sequence
from typing import Any

from accounting.models import JournalEntry
from erp.documents.services import company
from erp.reporting import oss, vat_return
from erp.reporting.taxed import TaxedEntry
from erp.reporting.vat_return import Box, Figure

from .. import links
from .sheet import SUM, Link, Report, Row, Sheet
from .vat_asking import NOTHING, BoxForm, OssForm

COLUMNS = ("Date", "Document", "Customer or supplier", "Tax code", "Without VAT", "VAT", "Entry")


def of_box(asked: BoxForm) -> Sequence[Sheet]:
    box, span = Box(asked.cleaned_data["side"], asked.cleaned_data["box"]), asked.span
    return [_sheet(vat_return.papers_of(box, span.start, span.end, home=company().country))]


def of_oss(asked: OssForm) -> Sequence[Sheet]:
    span, code, corrects = asked.span, asked.cleaned_data["code"], asked.cleaned_data["corrects"]
    found = oss.sold(span.start, span.end, home=company().country)
    return [
        _sheet(
            (row.entry, row.figure)
            for row in found
            if code in ("", row.entry.code.code) and corrects in ("", str(row.corrects or NOTHING))
        )
    ]


def _sheet(found: Iterable[tuple[TaxedEntry, Figure]]) -> Sheet:
    rows, total = [], Figure()
    for entry, share in found:
        rows.append(Row(_cells(entry, share)))
        total += share
    if rows:
        rows.append(Row([None, "Total", "", "", total.base, total.tax, ""], SUM))
    return Sheet("Documents", COLUMNS, rows)


def _cells(entry: TaxedEntry, share: Figure) -> list[Any]:
    document = Link(entry.document_no or entry.source_key, links.url_of_source(entry.source_key))
    posted = Link(entry.entry_no, links.page_of(JournalEntry(pk=entry.entry_id)))
    return [entry.day, document, entry.party, entry.code.code, share.base, share.tax, posted]


VAT_DOCUMENTS = Report(
    "vat-documents",
    "Documents of the VAT return",
    "What makes up a box of it, document by document.",
    BoxForm,
    of_box,
)
OSS_DOCUMENTS = Report(
    "oss-documents",
    "Documents of the OSS return",
    "What makes up a line of it, document by document.",
    OssForm,
    of_oss,
)
