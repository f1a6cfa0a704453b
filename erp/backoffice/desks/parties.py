"""Customers and suppliers as the books know them, and what is agreed with a customer."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounting.models import Party
from erp.invoicing.models import Payment
from erp.sales import customers
from erp.sales.models import Terms

from .. import bookshelf, links, ties
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..forms import DAY, LONGEST_DAYS
from ..pages import Page, ReadOnlyAdmin, Table, words
from ..site import office

AGREE = "sales.change_customerterms"


class TermsForm(forms.Form):
    """What is agreed with a customer for the orders to come."""

    payment_days = forms.IntegerField(
        label="Days to pay",
        required=False,
        min_value=0,
        max_value=LONGEST_DAYS,
        help_text="Empty: as the company says. It counts for orders from now on.",
    )
    paused_why = forms.CharField(
        label="No reminders because", max_length=255, required=False, help_text="Empty: reminders are sent."
    )
    paused_until = forms.DateField(
        label="No reminders until",
        required=False,
        widget=DAY,
        help_text="Empty: until the reason is taken away.",
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a day without a reason."""
        said = super().clean() or {}
        if said.get("paused_until") and not said.get("paused_why"):
            self.add_error("paused_why", "Say why reminders rest until then.")
        return said


@admin.register(Party, site=office)
class PartyAdmin(Exported, ReadOnlyAdmin):
    list_display = ("name", "key", "kind", "email", "country")
    list_filter = ("kind", "country")
    search_fields = ("name", "key", "email")
    ordering = ("name", "pk")
    actions = ("agree",)
    resource_classes = [export_of(Party, "key", "kind", "name", "email", "country")]

    def page(self, request: HttpRequest, row: Party) -> Page:
        facts = [("Key", row.key), ("Kind", row.get_kind_display()), ("E-mail", row.email)]
        orders = Terms.objects.filter(party=row).select_related("order").order_by("-pk")[: bookshelf.LATEST]
        rows = [
            (links.to(t.order, t.order.number), t.ordered_on, t.order.status, t.order.total_incl_tax)
            for t in orders
        ]
        sold = Table("Orders", ("Order", "Date", "Status", "Total"), rows, "order.view_order")
        paid = ties.payments(Payment.objects.filter(party=row))
        facts += [("Country", row.country), *self._terms(row), ("Account", bookshelf.account_of(row))]
        return Page(facts, [sold, paid, bookshelf.open_items(row)])

    @staticmethod
    def _terms(party: Party) -> list[tuple[str, Any]]:
        if party.kind != Party.Kind.CUSTOMER:
            return []
        terms = customers.agreed_with(party)
        until = terms.paused_until and words(terms.paused_until)
        rests = f"{terms.paused_why} (until {until})" if until else terms.paused_why
        days = "as usual" if terms.payment_days is None else terms.payment_days
        return [("Days to pay", days), ("No reminders because", rests)]

    def offered(self, row: Party) -> Sequence[str]:
        return ["agree"] if row.kind == Party.Kind.CUSTOMER else []

    @verb("Terms…", needs=AGREE)
    def agree(self, request: HttpRequest, parties: QuerySet[Party]) -> HttpResponse | None:
        """Ask what is agreed with one customer, then write it down."""
        party = self.only_one(request, parties)
        if party is None:
            return None
        terms = customers.agreed_with(party)
        names = ("payment_days", "paused_why", "paused_until")
        form = TermsForm(answers(request), initial={name: getattr(terms, name) for name in names})
        if not form.is_valid():
            return self.ask(request, f"Terms of {party}", [party], [("", form)])

        def take(party: Party) -> str:
            customers.agree(party, **form.cleaned_data)
            return f"{party}: what is agreed is kept, for orders from now on."

        return self.carry_out(request, [party], take)
