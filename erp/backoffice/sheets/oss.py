"""The OSS return: what was sold with the VAT of other EU countries, and corrections of earlier quarters."""

from collections.abc import Sequence
from typing import Any

from babel import Locale

from accounting.models import TaxCode
from erp.documents.services import company
from erp.reporting import oss
from erp.reporting.oss import Quarter
from erp.reporting.vat_return import Figure

from .asking import DaysForm, Span, url_of
from .sheet import SUM, Link, Report, Row, Sheet
from .vat_asking import QuarterForm

COLUMNS = ("Quarter", "Country", "Country's name", "Rate", "Without VAT", "VAT")
NOTE = (
    "Credit notes for invoices of an earlier quarter are told apart, by the quarter of the invoice."
    " The return asks for goods and services apart: tell services by their documents."
)


def sheets(asked: DaysForm) -> Sequence[Sheet]:
    span = asked.span
    found = oss.summed(oss.sold(span.start, span.end, home=company().country))
    rows = [Row(_cells(code, quarter, figure, span)) for (code, quarter), figure in found.items()]
    if rows:
        total = sum(found.values(), Figure())
        rows.append(Row(["Total", "", "", None, total.base, total.tax], SUM))
    return [Sheet("OSS return", COLUMNS, rows, note=NOTE)]


def _cells(code: TaxCode, quarter: Quarter | None, figure: Figure, span: Span) -> list[Any]:
    url = url_of("oss-documents", start=span.start, end=span.end, code=code.code, corrects=said_of(quarter))
    name = Locale("en").territories.get(code.country, code.country)
    return [said_of(quarter), code.country, name, code.rate, Link(figure.base, url), Link(figure.tax, url)]


def said_of(quarter: Quarter | None) -> str:
    """Return how a line says what it is for: these days themselves, or a quarter that it corrects."""
    return f"corrects {quarter}" if quarter else "these days"


OSS = Report(
    "oss",
    "OSS return",
    "Sales with the VAT of other EU countries, by country and rate.",
    QuarterForm,
    sheets,
)
