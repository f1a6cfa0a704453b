"""What the list and pages of invoices say and offer about reminders."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from erp.invoicing import overdue, reminders
from erp.invoicing.models import Invoice

from .. import links
from ..actions import answers, verb
from ..forms import DAY
from ..pages import words

REMIND = "invoicing.add_reminder"
PAUSE = "invoicing.change_reminderpause"


class PauseForm(forms.Form):
    """Why nobody is reminded of an invoice, and until when."""

    why = forms.CharField(label="Reason", max_length=255)
    until = forms.DateField(
        label="No reminder until", required=False, widget=DAY, help_text="Empty: until it is ended."
    )


class ReminderFilter(admin.SimpleListFilter):
    """Invoices by what is to be done about them, or was."""

    title = "reminder"
    parameter_name = "reminder"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "to be reminded"), ("sent", "reminded"), ("rests", "rests")]

    def queryset(self, request: HttpRequest, papers: QuerySet) -> QuerySet:
        today = timezone.localdate()
        if self.value() == "due":
            return papers.filter(pk__in=overdue.to_remind(today).values("pk"))
        if self.value() == "rests":
            return papers.filter(overdue.paused(today))
        return papers.exclude(reminder=None) if self.value() == "sent" else papers


class Reminding:
    """The verbs about reminders that the desk of invoices has."""

    @admin.display(description="days late", ordering="due_on")
    def late(self, paper: Any) -> str:
        days = (timezone.localdate() - paper.due_on).days
        return str(days) if (paper.open_amount or 0) > 0 and days > 0 else ""

    @admin.display(description="reminded", ordering="reminder__on")
    def reminded(self, paper: Any) -> str:
        """Say when a reminder was sent, or why none is."""
        if reminder := getattr(paper, "reminder", None):
            return words(reminder.on)
        rests = [getattr(paper, "reminder_pause", None), getattr(paper.party, "customer_terms", None)]
        return next((f"rests: {row.paused_why}" for row in rests if row and row.paused_why), "")

    def reminder_facts(self, paper: Any) -> list[tuple[str, Any]]:
        """Return what the page of an invoice says of its reminder."""
        customer = getattr(paper.party, "customer_terms", None)
        return [
            ("Days late", self.late(paper)),
            ("Reminded", self.reminded(paper)),
            (
                "Customer's reminders",
                links.to(paper.party, "rest") if customer and customer.paused_why else "",
            ),
        ]

    def reminder_verbs(self, paper: Any) -> list[str]:
        """Name what can be done about an invoice that is still owed and was not reminded of."""
        if getattr(paper, "reminder", None) or not (paper.open_amount or 0) > 0:
            return []
        if getattr(paper, "reminder_pause", None):
            return ["go_on"]
        is_late = paper.due_on < timezone.localdate()
        return ["remind", "pause"] if is_late else ["pause"]

    @verb("Remind", needs=REMIND)
    def remind(self: Any, request: HttpRequest, invoices: QuerySet[Invoice]) -> HttpResponse | None:
        """Remind the customer of each invoice."""

        def take(invoice: Invoice) -> str:
            reminder = reminders.remind(invoice, on=timezone.localdate(), by=request.user)
            return f"{invoice}: a reminder of {reminder.owed} is on its way."

        return self.carry_out(request, invoices.order_by("pk"), take)

    @verb("Let reminders rest…", needs=PAUSE)
    def pause(self: Any, request: HttpRequest, invoices: QuerySet[Invoice]) -> HttpResponse | None:
        """Ask why, then remind nobody of these invoices."""
        rows = list(invoices.order_by("pk"))
        form = PauseForm(answers(request))
        if not form.is_valid():
            return self.ask(request, "Let reminders rest", rows, [("", form)])

        def take(invoice: Invoice) -> str:
            reminders.pause(invoice, **form.cleaned_data, by=request.user)
            return f"{invoice}: nobody is reminded."

        return self.carry_out(request, rows, take)

    @verb("Let reminders go on", needs=PAUSE)
    def go_on(self: Any, request: HttpRequest, invoices: QuerySet[Invoice]) -> HttpResponse | None:
        """End the rest of reminders of these invoices."""

        def take(invoice: Invoice) -> str:
            reminders.go_on(invoice)
            return f"{invoice}: reminders go on."

        return self.carry_out(request, invoices.order_by("pk"), take)
