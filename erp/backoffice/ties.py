"""The tables by which documents, orders and books lead to one another: one query each, whatever the rows."""

from collections.abc import Iterable

from django.db.models import QuerySet, Sum
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounting.models import JournalEntry
from erp.delivery import carriers
from erp.delivery.models import DeliveryNote, Return
from erp.documents.models import DocumentFile, Outbox
from erp.inventory.models import StockMove
from erp.invoicing import owing
from erp.invoicing.models import CreditNote, Invoice, Payment, PaymentOperation, ProviderEvent

from . import links
from .pages import Table

BOOKS = "accounting.view_journalentry"


def of_source(*source_keys: str) -> list[Table]:
    """Return what documents have caused: their entries, the stock they moved, their files."""
    return [entries(source_keys), moves(source_keys), files(source_keys)]


def entries(source_keys: Iterable[str]) -> Table:
    """Return the journal entries of documents, with the reversals of those."""
    keys = list(source_keys)
    found = JournalEntry.objects.filter(source_key__in=[*keys, *[f"{key}:reversal" for key in keys]])
    rows = [
        (
            links.to(entry),
            entry.date,
            entry.memo,
            entry.document_no,
            entry.turnover,
            links.to_source(entry.source_key),
        )
        for entry in found.select_related("fiscal_year")
        .annotate(turnover=Sum("lines__debit"))
        .order_by("date", "pk")
    ]
    return Table("Journal entries", ("Entry", "Date", "Memo", "Document", "Amount", "Caused by"), rows, BOOKS)


def moves(source_keys: Iterable[str]) -> Table:
    """Return what documents have moved in stock."""
    found = StockMove.objects.filter(source_key__in=list(source_keys)).order_by("pk")
    rows = [
        (
            move.moved_on,
            move.get_kind_display(),
            links.to(move.product, move.product.get_title()),
            move.warehouse.name,
            move.quantity,
            move.value,
            links.to_source(move.source_key),
        )
        for move in found.select_related("product__parent", "warehouse")
    ]
    columns = ("Date", "Kind", "Product", "Warehouse", "Quantity", "Value", "Caused by")
    return Table("Stock moves", columns, rows, "inventory.view_stockmove")


def files(source_keys: Iterable[str]) -> Table:
    """Return the stored files of documents."""
    found = DocumentFile.objects.filter(source_key__in=list(source_keys)).defer("content").order_by("pk")
    rows = [(links.to(file), file.get_kind_display(), file.created_at, file.sha256[:16]) for file in found]
    return Table("Files", ("File", "Kind", "Made", "SHA-256"), rows, "documents.view_documentfile")


def outbox(rows: QuerySet[Outbox]) -> Table:
    """Return what is to be done outside, and how far that is."""
    cells = [
        (
            links.to(row),
            row.topic.replace("_", " "),
            row.done_at,
            row.attempts,
            None if row.done_at else row.next_try_at,
            row.last_error,
        )
        for row in rows.order_by("pk")
    ]
    columns = ("What", "Kind", "Done", "Attempts", "Next try", "Last error")
    return Table("Mails and calls outside", columns, cells, "documents.view_outbox")


def invoices(found: QuerySet[Invoice]) -> Table:
    """Return invoices with what is still owed on them."""
    rows = [
        (
            links.to(paper),
            paper.issued_on,
            paper.due_on,
            paper.net,
            paper.tax,
            paper.gross,
            paper.open_amount,
            links.pdf_of(paper),
        )
        for paper in owing.with_open_amount(found, kind="invoice").order_by("pk")
    ]
    columns = ("Invoice", "Date", "Due", "Net", "VAT", "Total", "Still owed", "")
    return Table("Invoices", columns, rows, "invoicing.view_invoice")


def credit_notes(found: QuerySet[CreditNote]) -> Table:
    """Return credit notes with what of them is not yet used."""
    rows = [
        (
            links.to(paper),
            paper.issued_on,
            paper.reason,
            links.to(paper.invoice),
            paper.gross,
            paper.open_amount and -paper.open_amount,
            links.pdf_of(paper),
        )
        for paper in owing.with_open_amount(found, kind="credit").select_related("invoice").order_by("pk")
    ]
    columns = ("Credit note", "Date", "Reason", "Invoice", "Total", "Still to give", "")
    return Table("Credit notes", columns, rows, "invoicing.view_creditnote")


def credit_notes_of_return(document: Return) -> Table:
    """Return what was credited for goods that came back."""
    return credit_notes(CreditNote.objects.filter(source_key__startswith=f"return:{document.pk}:"))


def payments(found: QuerySet[Payment]) -> Table:
    """Return payments and what became of them."""
    rows = [
        (
            links.to(payment),
            payment.provider,
            payment.get_kind_display(),
            payment.get_state_display(),
            payment.amount,
            payment.captured,
            payment.refunded,
        )
        for payment in found.order_by("pk")
    ]
    columns = ("Payment", "By", "What it is", "State", "Amount", "Received", "Refunded")
    return Table("Payments", columns, rows, "invoicing.view_payment")


def operations(found: QuerySet[PaymentOperation]) -> Table:
    """Return the movements of payments."""
    rows = [
        (row.on, row.get_kind_display(), row.amount, row.reference, row.user)
        for row in found.select_related("user").order_by("pk")
    ]
    return Table("Movements of money", ("Date", "What", "Amount", "Reference", "By"), rows)


def notices(found: QuerySet[ProviderEvent]) -> Table:
    """Return what a provider told of a payment."""
    rows = [
        (links.to(row, row.kind), row.heard_at, row.amount, row.currency, row.get_outcome_display())
        for row in found.order_by("pk")
    ]
    columns = ("What the provider told", "Heard", "Amount", "Currency", "What came of it")
    return Table("Notices of the provider", columns, rows, "invoicing.view_providerevent")


def parcel(note: DeliveryNote, link: str) -> SafeString | str:
    """Return who carries a note under which number, with the way to follow it."""
    words = f"{note.carrier} {note.tracking_number}".strip()
    return links.anchor(link, words) if link else words


def notes(found: QuerySet[DeliveryNote]) -> Table:
    """Return delivery notes."""
    followed = carriers.links_for(found := found.select_related("warehouse").order_by("pk"))
    rows = [
        (
            links.to(note),
            note.get_state_display(),
            note.warehouse.name,
            note.created_on,
            note.shipped_on,
            note.delivered_on,
            parcel(note, followed.get(note.pk, "")),
            links.pdf_of(note),
        )
        for note in found
    ]
    columns = ("Delivery note", "State", "Warehouse", "Created", "Shipped", "Delivered", "Parcel", "")
    return Table("Delivery notes", columns, rows, "delivery.view_deliverynote")


def returns(found: QuerySet[Return]) -> Table:
    """Return what came back."""
    rows = [
        (links.to(row), row.get_state_display(), row.requested_on, row.received_on, row.closed_on, row.reason)
        for row in found.order_by("pk")
    ]
    columns = ("Return", "State", "Asked for", "Received", "Closed", "Reason")
    return Table("Returns", columns, rows, "delivery.view_return")


def address(words: dict[str, str]) -> SafeString:
    """Return an address as a document keeps it, one line under the other."""
    place = f"{words.get('postcode', '')} {words.get('city', '')}".strip()
    names = ("company", "name", "line1", "line2", "place", "state", "country", "email")
    lines = {**words, "place": place}
    return format_html_join("", "<div>{}</div>", ((lines[name],) for name in names if lines.get(name)))
