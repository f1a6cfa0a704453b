"""Payments and what providers tell: money is taken in by hand, and given back if nobody owes it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from erp import order_to_cash
from erp.invoicing import notices, payments, providers
from erp.invoicing.models import Payment, ProviderEvent

from .. import links, ties
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..forms import SettleForm, UseForm
from ..pages import Page, ReadOnlyAdmin, amount
from ..site import office

SETTLE = "invoicing.add_paymentoperation"


class SurplusFilter(admin.SimpleListFilter):
    """Money that nobody owes."""

    title = "owed"
    parameter_name = "owed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("nobody", "by nobody, and still here")]

    def queryset(self, request: HttpRequest, rows: QuerySet[Payment]) -> QuerySet[Payment]:
        here = rows.filter(kind=Payment.Kind.SURPLUS, captured__gt=F("refunded") + F("used"))
        return here if self.value() else rows


@admin.register(Payment, site=office)
class PaymentAdmin(Exported, ReadOnlyAdmin):
    list_display = (
        "__str__",
        "order",
        "party",
        "by",
        "kind",
        "state",
        amount("amount"),
        amount("captured", "received"),
        amount("refunded"),
        "created_at",
    )
    list_filter = (SurplusFilter, "kind", "state", "provider", "created_at")
    list_select_related = ("order", "party")
    search_fields = (
        "reference",
        "provider_reference",
        "order__number",
        "party__name",
        "operations__reference",
    )
    ordering = ("-pk",)
    actions = ("settle", "give_back", "use_for")
    resource_classes = [
        export_of(
            Payment,
            "reference",
            "order__number",
            "party__key",
            "party__name",
            "kind",
            "provider",
            "state",
            "amount",
            "captured",
            "refunded",
            "used",
            "currency",
            "created_at",
        )
    ]

    @admin.display(ordering="provider", description="by")
    def by(self, row: Payment) -> str:
        return providers.get(row.provider).name

    def page(self, request: HttpRequest, row: Payment) -> Page:
        facts = [
            ("Order", links.to(row.order) or "none"),
            ("Customer in the books", links.to(row.party)),
            ("By", providers.get(row.provider).name),
            ("What it is", row.get_kind_display()),
            ("State", row.get_state_display()),
            ("Amount", row.amount),
            ("Received", row.captured),
            ("Refunded", row.refunded),
            ("Used for other invoices", row.used),
            ("Started", row.created_at),
            ("Its reference", row.reference),
            ("At the provider", row.provider_reference),
        ]
        references = row.operations.values_list("reference", flat=True)
        keys = [f"payment:{reference}" for reference in references]
        tables = [ties.operations(row.operations.all()), ties.notices(row.provider_events.all())]
        return Page(facts, [*tables, ties.entries(keys)])

    def offered(self, row: Payment) -> Sequence[str]:
        """Offer to take money in by hand, unless the provider itself holds it and is asked for it.

        What nobody owes can be given back, or pay another invoice.
        """
        if row.kind == Payment.Kind.SURPLUS:
            return ["give_back", "use_for"] if row.left else []
        by_hand = row.order_id and not providers.get(row.provider).prepaid
        return ["settle"] if by_hand and row.kind == Payment.Kind.ORDER else []

    def waits(self, row: Payment) -> bool:
        """Return whether money is still to come on a payment, and is noted by hand."""
        return "settle" in self.offered(row) and bool(payments.still_to_come(row))

    @verb("Money came in…", needs=SETTLE)
    def settle(self, request: HttpRequest, chosen: QuerySet[Payment]) -> HttpResponse | None:
        """Ask what came in on each payment, then take each in by itself."""
        rows = list(chosen.order_by("pk"))
        forms = {payment: SettleForm(answers(request), payment=payment) for payment in rows}
        valid = [form.is_valid() for form in forms.values()]  # each is asked: all say what is wrong
        if not all(valid):
            blocks = [(self._heading(payment), form) for payment, form in forms.items()]
            return self.ask(request, "Money came in", rows, blocks)

        def take(payment: Payment) -> str:
            answer = forms[payment].cleaned_data
            wanted = {name: answer[name] for name in ("amount", "reference", "on")}
            operation = order_to_cash.settle(payment, **wanted, by=request.user)
            rest = answer["amount"] - (operation.amount if operation.payment_id == payment.pk else 0)
            surplus = f" Nobody owes {rest} of it." if rest else ""
            return f"{payment}: {answer['amount']} taken in.{surplus}"

        return self.carry_out(request, rows, take)

    @verb("Give it back", needs=SETTLE)
    def give_back(self, request: HttpRequest, chosen: QuerySet[Payment]) -> HttpResponse | None:
        """Give back what nobody owes: the provider is told, or it is on the list for the bank."""
        today = timezone.localdate()

        def take(payment: Payment) -> str:
            operation = order_to_cash.give_back(payment, on=today, by=request.user)
            return f"{payment}: {operation.amount} goes back."

        return self.carry_out(request, chosen.order_by("pk"), take)

    @verb("Use it for another order…", needs=SETTLE)
    def use_for(self, request: HttpRequest, chosen: QuerySet[Payment]) -> HttpResponse | None:
        """Ask which order of the same customer it shall pay."""
        payment = self.only_one(request, chosen)
        if payment is None:
            return None
        form = UseForm(answers(request))
        if not form.is_valid():
            return self.ask(request, f"{payment}: {payment.left} pays for", [payment], [("", form)])

        def take(payment: Payment) -> str:
            order = form.cleaned_data["order"]
            operation = order_to_cash.use_for(payment, order, on=timezone.localdate(), by=request.user)
            return f"{operation.amount} of {payment} pays for order {order.number}."

        return self.carry_out(request, [payment], take)

    @staticmethod
    def _heading(payment: Payment) -> str:
        left = payments.still_to_come(payment)
        return f"{payment}: {left} of {payment.amount} {payment.currency} is open"


class LookIntoFilter(admin.SimpleListFilter):
    """Notices that somebody has to look into."""

    title = "to look into"
    parameter_name = "strange"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "not looked into yet")]

    def queryset(self, request: HttpRequest, rows: QuerySet[ProviderEvent]) -> QuerySet[ProviderEvent]:
        return rows.filter(outcome__in=ProviderEvent.STRANGE, seen_at=None) if self.value() else rows


@admin.register(ProviderEvent, site=office)
class ProviderEventAdmin(ReadOnlyAdmin):
    list_display = ("heard_at", "provider", "kind", "payment", "amount", "currency", "outcome", "seen_at")
    list_display_links = ("heard_at",)
    list_filter = (LookIntoFilter, "outcome", "kind", "provider", "heard_at")
    list_select_related = ("payment",)
    search_fields = ("event", "payment_reference", "reference", "payment__order__number")
    ordering = ("-pk",)
    actions = ("seen",)

    def page(self, request: HttpRequest, row: ProviderEvent) -> Page:
        payment = row.payment
        facts = [
            ("Told by", row.provider),
            ("Heard", row.heard_at),
            ("What it says", f"{row.kind} {row.amount} {row.currency}"),
            ("What came of it", row.get_outcome_display()),
            ("Payment", links.to(payment)),
            ("Order", links.to(payment.order) if payment else ""),
            ("Our reference", row.payment_reference),
            ("The provider's reference", row.reference),
            ("The provider's name for it", row.event),
            ("Looked into", row.seen_at),
            ("By", row.seen_by),
        ]
        return Page(facts)

    def offered(self, row: ProviderEvent) -> Sequence[str]:
        return ["seen"] if row.outcome in ProviderEvent.STRANGE and not row.seen_at else []

    @verb("I have looked into it", needs=SETTLE)
    def seen(self, request: HttpRequest, chosen: QuerySet[ProviderEvent]) -> HttpResponse | None:
        """Take notices off the list of those that wait for somebody."""

        def take(notice: ProviderEvent) -> str:
            notices.seen(notice, now=timezone.now(), by=request.user)
            return f"{notice} is looked into."

        return self.carry_out(request, chosen.order_by("pk"), take)
