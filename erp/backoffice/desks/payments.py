"""Payments: read, and settled by whoever sees the money on the bank's statement."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from erp import order_to_cash
from erp.invoicing import payments, providers
from erp.invoicing.models import Payment

from .. import links, ties
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..forms import SettleForm
from ..pages import Page, ReadOnlyAdmin, amount
from ..site import office

State = Payment.State
SETTLE = "invoicing.add_paymentoperation"


@admin.register(Payment, site=office)
class PaymentAdmin(Exported, ReadOnlyAdmin):
    list_display = (
        "reference",
        "order",
        "party",
        "provider",
        "state",
        amount("amount"),
        amount("captured", "received"),
        amount("refunded"),
        "created_at",
    )
    list_filter = ("state", "provider", "created_at")
    list_select_related = ("order", "party")
    search_fields = ("reference", "order__number", "party__name", "operations__reference")
    ordering = ("-pk",)
    actions = ("settle",)
    resource_classes = [
        export_of(
            Payment,
            "reference",
            "order__number",
            "party__key",
            "party__name",
            "provider",
            "state",
            "amount",
            "captured",
            "refunded",
            "currency",
            "created_at",
        )
    ]

    def page(self, request: HttpRequest, row: Payment) -> Page:
        facts = [
            ("Order", links.to(row.order) or "none"),
            ("Customer in the books", links.to(row.party)),
            ("By", row.provider),
            ("State", row.get_state_display()),
            ("Amount", row.amount),
            ("Received", row.captured),
            ("Refunded", row.refunded),
            ("Started", row.created_at),
        ]
        references = row.operations.values_list("reference", flat=True)
        keys = [f"payment:{reference}" for reference in references]
        return Page(facts, [ties.operations(row.operations.all()), ties.entries(keys)])

    def offered(self, row: Payment) -> Sequence[str]:
        """Offer to take money in by hand, unless the provider itself holds it and is asked for it."""
        is_open = row.state in (State.STARTED, State.AUTHORISED, State.CAPTURED)
        comes_by_itself = providers.get(row.provider).prepaid
        can_come = is_open and row.order_id and not comes_by_itself and payments.still_to_come(row)
        return ["settle"] if can_come else []

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

    @staticmethod
    def _heading(payment: Payment) -> str:
        left = payments.still_to_come(payment)
        return f"{payment}: {left} of {payment.amount} {payment.currency} is open"
