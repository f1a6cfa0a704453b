"""The OSS return: what was sold with the VAT of other EU countries, and corrections of earlier quarters."""

from collections.abc import Sequence
from typing import Any

from babel import Locale

from erp.documents.services import company
from erp.reporting import oss
from erp.reporting.oss import OssLine
from erp.reporting.vat_return import Figure

from .asking import DaysForm, Span, last_of_month, months_later, url_of
from .sheet import SUM, Link, Report, Row, Sheet
from .vat_asking import NOTHING, QuarterForm

COLUMNS = ("Quarter", "Corrects", "Country", "Country's name", "Rate", "Without VAT", "VAT")
NOTE = (
    "Credit notes for invoices of an earlier quarter are told apart, by the quarter of the invoice."
    " The return asks for goods and services apart: tell services by their documents."
)


def sheets(asked: DaysForm) -> Sequence[Sheet]:
    found = oss.summed(oss.sold(asked.span.start, asked.span.end, home=company().country))
    rows = [Row(_cells(line, asked.span)) for line in found]
    if rows:
        total = sum((line.figure for line in found), Figure())
        rows.append(Row(["Total", "", "", "", None, total.base, total.tax], SUM))
    return [Sheet("OSS return", COLUMNS, rows, note=NOTE)]


def _cells(line: OssLine, span: Span) -> list[Any]:
    code, figure, start = line.code, line.figure, line.quarter.start
    days = {"start": max(start, span.start), "end": min(last_of_month(months_later(start, 2)), span.end)}
    url = url_of("oss-documents", **days, code=code.code, corrects=str(line.corrects or NOTHING))
    name = Locale("en").territories.get(code.country, code.country)
    where = str(line.quarter), str(line.corrects or ""), code.country, name, code.rate
    return [*where, Link(figure.base, url), Link(figure.tax, url)]


OSS = Report(
    "oss",
    "OSS return",
    "Sales with the VAT of other EU countries, by country and rate.",
    QuarterForm,
    sheets,
)
