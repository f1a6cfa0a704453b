"""Invoices and credit notes: read, credited line by line, handed out as PDF."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounting.refusal import Refusal
from erp import order_to_cash
from erp.invoicing import owing
from erp.invoicing.keys import source_key
from erp.invoicing.models import CreditNote, Invoice, Paper

from .. import links, ties
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin, Table, amount
from ..papers import printed
from ..parcel_forms import CreditForm
from ..site import office
from .reminding import ReminderFilter, Reminding

CREDIT = "invoicing.add_creditnote"
MOST_PRINTED = 200


class OwedFilter(admin.SimpleListFilter):
    """Invoices that are paid, or are not."""

    title = "paid"
    parameter_name = "owed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "still owed"), ("overdue", "overdue"), ("no", "settled")]

    def queryset(self, request: HttpRequest, papers: QuerySet) -> QuerySet:
        if self.value() == "no":
            return papers.exclude(open_amount__gt=0)
        if self.value() == "overdue":
            return papers.filter(open_amount__gt=0, due_on__lt=timezone.localdate())
        return papers.filter(open_amount__gt=0) if self.value() == "yes" else papers


class PaperAdmin(Exported, ReadOnlyAdmin):
    """What the lists and pages of invoices and credit notes have in common."""

    kind = ""
    search_fields = ("number", "order__number", "party__name", "party__email")
    ordering = ("-issued_on", "-pk")
    date_hierarchy = "issued_on"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return owing.with_open_amount(super().get_queryset(request), kind=self.kind)

    def facts(self, paper: Paper) -> list[tuple[str, Any]]:
        """Return what both kinds of paper say of themselves."""
        return [
            ("Order", links.to(getattr(paper, "order", None)) or "sold elsewhere"),
            ("State", paper.get_state_display()),
            ("Date", paper.issued_on),
            ("To", ties.address(paper.buyer)),
            ("Customer in the books", links.to(paper.party)),
            ("Net", paper.net),
            ("VAT", paper.tax),
            ("Total", paper.gross),
            ("Document", links.files_of(paper)),
        ]

    @verb("Print…", needs="invoicing.view_invoice")
    def print_out(self, request: HttpRequest, papers: QuerySet[Paper]) -> HttpResponse | None:
        """Show the selected papers as one file, in the order of their numbers."""
        wanted = papers.exclude(number=None).order_by("number")[: MOST_PRINTED + 1]
        if len(wanted) > MOST_PRINTED:
            messages.error(request, f"Print at most {MOST_PRINTED} at a time.")
            return None
        try:
            return printed(wanted)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return None

    def lines(self, rows: QuerySet) -> Table:
        """Return the lines as they were billed or credited."""
        cells = [
            (
                line.sku,
                line.title,
                line.quantity,
                line.unit_price,
                line.discount,
                line.tax_code.code,
                line.net,
                line.tax,
                line.gross,
            )
            for line in rows.select_related("tax_code").order_by("position")
        ]
        columns = ("SKU", "Title", "Quantity", "Price", "Discount", "VAT code", "Net", "VAT", "Total")
        return Table("Lines", columns, cells)


@admin.register(Invoice, site=office)
class InvoiceAdmin(Reminding, PaperAdmin):
    kind = "invoice"
    list_display = (
        "__str__",
        "order",
        "party",
        "issued_on",
        "due_on",
        amount("gross", "total"),
        amount("open_amount", "still owed"),
        "late",
        "reminded",
    )
    list_filter = (OwedFilter, ReminderFilter, "issued_on")
    list_select_related = ("order", "party__customer_terms", "reminder", "reminder_pause")
    actions = ("print_out", "remind", "pause", "go_on", "credit")
    resource_classes = [
        export_of(
            Invoice,
            "number",
            "order__number",
            "party__key",
            "party__name",
            "issued_on",
            "due_on",
            "net",
            "tax",
            "gross",
            "currency",
        )
    ]

    def page(self, request: HttpRequest, row: Any) -> Page:
        facts = [
            *self.facts(row),
            ("Due", row.due_on),
            ("Still owed", row.open_amount),
            *self.reminder_facts(row),
        ]
        notes = CreditNote.objects.filter(invoice=row)
        tables = [
            self.lines(row.lines.all()),
            ties.credit_notes(notes),
            ties.payments(row.order.payments.all()),
        ]
        return Page(facts, [*tables, *ties.of_source(source_key(row))])

    def offered(self, row: Invoice) -> Sequence[str]:
        return [*self.reminder_verbs(row), "credit"]

    @verb("Credit…", needs=CREDIT)
    def credit(self, request: HttpRequest, invoices: QuerySet[Invoice]) -> HttpResponse | None:
        """Ask how many pieces of which line, or which amounts, then credit them."""
        invoice = self.only_one(request, invoices)
        if invoice is None:
            return None
        form = CreditForm(answers(request), invoice=invoice)
        if not form.is_valid():
            return self.ask(request, f"Credit invoice {invoice}", [invoice], [("", form)])

        def take(invoice: Invoice) -> str:
            document = order_to_cash.credit(
                invoice,
                quantities=form.quantities(),
                amounts=form.amounts(),
                on=timezone.localdate(),
                key=f"office:{form.cleaned_data['key']}",
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
            return f"{document} over {document.gross} is issued."

        return self.carry_out(request, [invoice], take)


@admin.register(CreditNote, site=office)
class CreditNoteAdmin(PaperAdmin):
    kind = "credit"
    list_display = (
        "__str__",
        "order",
        "party",
        "invoice",
        "issued_on",
        amount("gross", "total"),
        "reason",
    )
    list_select_related = ("order", "party", "invoice")
    list_filter = ("issued_on",)
    actions = ("print_out",)
    resource_classes = [
        export_of(
            CreditNote,
            "number",
            "order__number",
            "invoice__number",
            "party__key",
            "party__name",
            "issued_on",
            "net",
            "tax",
            "gross",
            "reason",
        )
    ]

    def page(self, request: HttpRequest, row: Any) -> Page:
        facts = [
            *self.facts(row),
            ("Invoice", links.to(row.invoice)),
            ("Reason", row.reason),
            ("Caused by", links.to_source(self._cause(row))),
            ("Still to give", row.open_amount and -row.open_amount),
        ]
        return Page(facts, [self.lines(row.lines.all()), *ties.of_source(source_key(row))])

    @staticmethod
    def _cause(row: CreditNote) -> str:
        """Return the return behind a credit note. Its own key names the invoice too."""
        kind, _, rest = row.source_key.partition(":")
        return f"{kind}:{rest.partition(':')[0]}" if kind == "return" else ""
