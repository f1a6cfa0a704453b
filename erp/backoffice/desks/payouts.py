"""Payouts of providers and carriers: read in, booked, explained line by line."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounting.refusal import Refusal
from erp.banking import payouts
from erp.banking.models import BankMatch, Payout, PayoutLine
from erp.invoicing.models import PaymentOperation

from .. import bank_tables, links, ties
from ..actions import answers, verb
from ..bank_forms import ExplainForm, PayoutForm
from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin, amount
from ..site import office

READ_IN = "banking.add_payout"
EXPLAIN = "banking.add_payoutexplanation"


class NoSuchMovement(Refusal):
    """No movement of money has that reference."""


@admin.register(Payout, site=office)
class PayoutAdmin(Exported, ReadOnlyAdmin):
    change_list_template = "admin/bank_list.html"
    list_display = (
        "reference",
        "provider",
        "paid_on",
        amount("gross"),
        amount("fees"),
        amount("net"),
        "imported_at",
    )
    list_filter = ("provider", "paid_on")
    search_fields = ("reference", "lines__reference")
    ordering = ("-paid_on", "-pk")
    actions = ("look_again", "explain")
    resource_classes = [export_of(Payout, "reference", "provider", "paid_on", "gross", "fees", "net")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(READ_IN)  # type: ignore[union-attr]

    def page(self, request: HttpRequest, row: Payout) -> Page:
        shown_by = BankMatch.objects.filter(payout=row, undone_at=None).select_related("line").first()
        facts = [
            ("By", row.provider),
            ("Paid out", row.paid_on),
            ("Gross", row.gross),
            ("Fees", row.fees),
            ("Net", row.net),
            ("On the bank's statement", links.to(shown_by.line) if shown_by else "not yet"),
            ("File", row.file_name),
            ("Read in", row.imported_at),
            ("By whom", row.user),
        ]
        may_explain = request.user.has_perm(EXPLAIN)  # type: ignore[union-attr]
        lines = bank_tables.payout_lines(row.lines.all(), may_explain=may_explain)
        keys = [f"payoutline:{pk}" for pk in row.lines.values_list("pk", flat=True)]
        return Page(facts, [lines, ties.entries([f"payout:{row.pk}", *keys])])

    def offered(self, row: Payout) -> Sequence[str]:
        has_open = row.lines.filter(explanation=None).exclude(gross=0).exists()
        return ["look_again"] if has_open else []

    @verb("Explain what is known by now", needs=EXPLAIN)
    def look_again(self, request: HttpRequest, rows: QuerySet[Payout]) -> HttpResponse | None:
        def take(payout: Payout) -> str:
            count = payouts.look_again(payout, by=request.user)
            return f"{payout}: {count} line{'' if count == 1 else 's'} explained."

        return self.carry_out(request, rows.order_by("pk"), take)

    @verb("Explain a line…", needs=EXPLAIN)
    def explain(self, request: HttpRequest, rows: QuerySet[Payout]) -> HttpResponse | None:
        """Ask what a line of a payout stands for."""
        payout = self.only_one(request, rows)
        if payout is None:
            return None
        key = request.POST.get("line", "")
        if not key.isdecimal():
            messages.error(request, "Choose the line on the page of its payout.")
            return redirect(links.page_of(payout))
        line = get_object_or_404(PayoutLine, payout=payout, pk=key)
        form = ExplainForm(answers(request))
        if not form.is_valid():
            response: Any = self.ask(request, f"Explain {line} over {line.gross}", [payout], [("", form)])
            response.context_data["fields"].append(("line", line.pk))
            return response

        def take(_: Payout) -> str:
            answer = form.cleaned_data
            payouts.explain(
                line,
                operation=_movement(answer["operation"]),
                note=answer["note"],
                on=timezone.localdate(),
                by=request.user,
            )
            return f"{line} is explained."

        return self.carry_out(request, [payout], take)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for a report, and book it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PayoutForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            try:
                return self._read_in(request, form)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
        title = "Read in a provider's report"
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "form": form}
        return TemplateResponse(request, "admin/read_in.html", context)

    def _read_in(self, request: HttpRequest, form: PayoutForm) -> HttpResponse:
        booked = payouts.load(
            form.content(),
            provider=form.cleaned_data["provider"],
            name=form.name(),
            today=timezone.localdate(),
            by=request.user,
        )
        known = f", {booked.known} were known already" if booked.known else ""
        names = ", ".join(str(payout) for payout in booked.payouts)
        messages.success(request, f"Booked: {names}{known}.")
        for finding in booked.findings[:20]:
            messages.warning(request, finding)
        return redirect(links.page_of(booked.payouts[0]))


def _movement(reference: str) -> PaymentOperation | None:
    if not reference:
        return None
    found = PaymentOperation.objects.filter(reference=reference.strip()).select_related("payment").first()
    if found is None or found.kind not in (PaymentOperation.Kind.CAPTURE, PaymentOperation.Kind.REFUND):
        raise NoSuchMovement(f"No movement of money is called '{reference}'.")
    return found
