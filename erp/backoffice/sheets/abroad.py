"""Two lists about the other countries of the EU: the EC sales list, and how near the threshold is."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from babel import Locale

from accounting.money import ZERO
from erp.documents.services import company
from erp.invoicing import abroad
from erp.invoicing.abroad import ConsumersAbroad, EcSale

from .. import links
from .asking import DaysForm, Span, url_of
from .sheet import SUM, Link, Report, Row, Sheet
from .vat_asking import BuyerForm, MonthsForm, YearForm

COLUMNS = ("Country", "VAT id", "Kind", "Net", "From", "To")


def ec_sales(asked: DaysForm) -> Sequence[Sheet]:
    found = abroad.ec_sales(asked.span.start, asked.span.end)
    rows = [Row(_cells(sale, asked.span)) for sale in found]
    if rows:
        rows.append(Row(["Total", "", "", sum((sale.net for sale in found), ZERO), None, None], SUM))
    nameless = any(not sale.vat_id for sale in found)
    wrong = "Something was sold without VAT to a business whose VAT id is not known." if nameless else ""
    return [Sheet("EC sales list", COLUMNS, rows, wrong=wrong)]


def ec_documents(asked: BuyerForm) -> Sequence[Sheet]:
    """Show the invoices and credit notes of one line of the list."""
    said, span = asked.cleaned_data, asked.span
    sale = EcSale(said["vat_id"], said["kind"], ZERO)
    found = list(abroad.papers_of(sale, span.start, span.end))
    rows = [
        Row([document.issued_on, Link(str(document), links.page_of(document)), net])
        for document, net in found
    ]
    if rows:
        rows.append(Row([None, "Total", sum((net for _, net in found), ZERO)], SUM))
    return [Sheet(f"Documents: {sale.kind} of {sale.vat_id or 'nobody'}", ("Date", "Document", "Net"), rows)]


def threshold(asked: YearForm) -> Sequence[Sheet]:
    """Show what consumers abroad bought in a year, country by country, beside the threshold."""
    firm = company()
    sold = abroad.consumers_abroad(asked.cleaned_data["year"], home=firm.country)
    names = Locale("en").territories
    rows = [Row([names.get(code, code), net]) for code, net in sold.by_country.items()]
    if rows:
        rows.append(Row(["Total", sold.total], SUM))
    note = (
        f"The threshold is {abroad.THRESHOLD:,.2f} a year, of which {sold.percent} % are used."
        f" Consumers abroad pay now: {firm.get_vat_abroad_display()}."
    )
    return [Sheet("By country", ("Country", "Net"), rows, note=note, wrong=_warning(sold, firm))]


def share_used(today: date) -> int:
    """Return the per cent of the threshold that this year's sales use, where it matters; else none."""
    firm = company()
    if firm.vat_abroad != "home" or firm.country not in abroad.EU:
        return 0
    return abroad.consumers_abroad(today.year, home=firm.country).percent


def _cells(sale: EcSale, span: Span) -> list[Any]:
    url = url_of("ec-sales-documents", start=span.start, end=span.end, vat_id=sale.vat_id, kind=sale.kind)
    return [sale.vat_id[:2], sale.vat_id, sale.kind, Link(sale.net, url), span.start, span.end]


def _warning(sold: ConsumersAbroad, firm: Any) -> str:
    if firm.vat_abroad != "home" or sold.percent < abroad.WARN_FROM:
        return ""
    if sold.total > abroad.THRESHOLD:
        return "The threshold is passed: VAT of the destination is due. Change it in the company's settings."
    return f"{abroad.THRESHOLD - sold.total:,.2f} are left until VAT of the destination is due."


EC_SALES_LIST = Report(
    "ec-sales-list",
    "EC sales list",
    "What businesses in other EU countries bought without VAT, by VAT id.",
    MonthsForm,
    ec_sales,
)
EC_SALES_DOCUMENTS = Report(
    "ec-sales-documents",
    "Documents of the EC sales list",
    "What makes up a line of it, document by document.",
    BuyerForm,
    ec_documents,
)
VAT_THRESHOLD = Report(
    "vat-threshold",
    "Sales to consumers in other EU countries",
    "What they bought in a year, beside the threshold from which their VAT is due.",
    YearForm,
    threshold,
)
