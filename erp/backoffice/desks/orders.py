"""Orders: the page from which everything that became of an order is seen and set in motion."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from oscar.core.loading import get_model

from erp import effects, order_to_cash
from erp.delivery.models import DeliveryLine, DeliveryNote
from erp.delivery.services import MAY_LEAVE
from erp.invoicing import unheard
from erp.invoicing.models import Payment
from erp.sales.models import Step

from .. import cockpit
from ..actions import Button, answers, button_for, verb
from ..exporting import Exported, export_of
from ..forms import ReasonForm
from ..pages import Page, ReadOnlyAdmin, amount
from ..site import office
from .delivery import SHIP
from .returns import TAKE_BACK, take_back

Order = get_model("order", "Order")

CANCEL = "order.change_order"
INVOICE = "invoicing.add_invoice"
RETRY = "sales.change_step"
OFFERED = {
    "pending payment": ("cancel",),
    "confirmed": ("ship", "invoice", "cancel"),
    "partly shipped": ("ship", "invoice", "take_back"),
    "shipped": ("invoice", "take_back"),
}


class StatusFilter(admin.AllValuesFieldListFilter):
    """The states of orders there are."""


class FailedFilter(admin.SimpleListFilter):
    """Orders with a step that failed."""

    title = "steps"
    parameter_name = "steps"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failed", "one has failed")]

    def queryset(self, request: HttpRequest, orders: QuerySet) -> QuerySet:
        failed = Step.objects.filter(order=OuterRef("pk"), state=Step.State.FAILED)
        return orders.filter(Exists(failed)) if self.value() else orders


class MoneyFilter(admin.SimpleListFilter):
    """Orders that were to be paid before they are sent, and whose payment is gone."""

    title = "payment"
    parameter_name = "money"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("gone", "is gone")]

    def queryset(self, request: HttpRequest, orders: QuerySet) -> QuerySet:
        return unheard.without_money(orders, now=timezone.now()) if self.value() else orders


@admin.register(Order, site=office)
class OrderAdmin(Exported, ReadOnlyAdmin):
    list_display = (
        "number",
        "customer",
        "status",
        amount("total_incl_tax", "total"),
        amount("received"),
        "pays_by",
        "date_placed",
    )
    list_filter = (
        ("status", StatusFilter),
        FailedFilter,
        MoneyFilter,
        "date_placed",
        "terms__payment_method",
        "terms__origin",
    )
    list_select_related = ("terms__party",)
    search_fields = ("number", "guest_email", "user__email", "terms__party__name")
    search_help_text = "Number, name or e-mail address."
    ordering = ("-date_placed", "-pk")
    date_hierarchy = "date_placed"
    actions = ("ship", "invoice", "cancel", "take_back")
    resource_classes = [
        export_of(
            Order,
            "number",
            "status",
            "date_placed",
            "terms__party__key",
            "terms__party__name",
            "guest_email",
            "user__email",
            "total_excl_tax",
            "total_incl_tax",
            "shipping_incl_tax",
            "currency",
            "terms__payment_method",
            "terms__origin",
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        paid = Payment.objects.filter(order=OuterRef("pk")).order_by().values("order")
        total = paid.annotate(total=Sum(F("captured") - F("refunded"))).values("total")
        return super().get_queryset(request).annotate(received=Subquery(total))

    @admin.display(ordering="terms__party__name", description="customer")
    def customer(self, order: Any) -> str:
        return order.terms.party.name

    @admin.display(ordering="terms__payment_method", description="paid by")
    def pays_by(self, order: Any) -> str:
        return order.terms.payment_method

    def name_of(self, row: Any) -> str:
        """Return the number without the sign that Oscar puts before it."""
        return str(row.number)

    def page(self, request: HttpRequest, row: Any) -> Page:
        return cockpit.page(row, may_retry=request.user.has_perm(RETRY))

    def offered(self, row: Any) -> Sequence[str]:
        """Offer what the order's status allows, less what there is nothing to do about."""
        pointless = set()
        if not row.delivery_notes.filter(state__in=MAY_LEAVE).exists():
            pointless.add("ship")
        to_bill = row.steps.filter(name=Step.Name.INVOICE)
        if not to_bill.exclude(state__in=(Step.State.DONE, Step.State.NOT_NEEDED)).exists():
            pointless.add("invoice")
        return [name for name in OFFERED.get(row.status, ()) if name not in pointless]

    def more_buttons(self, request: HttpRequest, row: Any) -> list[Button]:
        """Return a button for the money that is still to come."""
        desk: Any = self.admin_site._registry[Payment]
        if "settle" not in desk.get_actions(request):
            return []
        waiting = [payment for payment in row.payments.order_by("pk") if desk.waits(payment)]
        return [button_for(Payment._meta, "settle", [p.pk], label="Money came in…") for p in waiting]

    @verb("Ship what is ready", needs=SHIP)
    def ship(self, request: HttpRequest, orders: QuerySet) -> HttpResponse | None:
        """Ship the notes that are ready or packed, each by itself."""
        today = timezone.localdate()
        ready = DeliveryNote.objects.filter(order__in=orders, state__in=MAY_LEAVE)
        notes = list(ready.order_by("order_id", "pk"))
        if not notes:
            self.message_user(request, "No delivery note is ready to be shipped.", "WARNING")

        def take(note: DeliveryNote) -> str:
            order_to_cash.ship(note, on=today, by=request.user)
            return f"{note} has left."

        return self.carry_out(request, notes, take)

    @verb("Invoice", needs=INVOICE)
    def invoice(self, request: HttpRequest, orders: QuerySet) -> HttpResponse | None:
        """Bill what is not yet billed."""
        today = timezone.localdate()

        def take(order: Any) -> str:
            issued = order_to_cash.invoice(order, on=today, by=request.user)
            return f"{issued} over {issued.gross} is issued."

        return self.carry_out(request, orders.order_by("pk"), take)

    @verb("Cancel…", needs=CANCEL)
    def cancel(self, request: HttpRequest, orders: QuerySet) -> HttpResponse | None:
        """Ask why, then undo each order of which nothing has left."""
        rows = list(orders.order_by("pk"))
        form = ReasonForm(answers(request))
        if not form.is_valid():
            numbers = ", ".join(str(order.number) for order in rows)
            return self.ask(request, f"Cancel {numbers}", rows, [("", form)])
        today = timezone.localdate()

        def take(order: Any) -> str:
            order_to_cash.cancel(order, on=today, reason=form.cleaned_data["reason"], by=request.user)
            return f"Order {order.number} is cancelled."

        return self.carry_out(request, rows, take)

    @verb("Take back…", needs=TAKE_BACK)
    def take_back(self, request: HttpRequest, orders: QuerySet) -> HttpResponse | None:
        """Ask which shipped goods are back, then take them in."""
        order = self.only_one(request, orders)
        if order is None:
            return None
        return take_back(self, request, order, order, DeliveryLine.objects.filter(note__order=order))


@admin.register(Step, site=office)
class StepAdmin(ReadOnlyAdmin):
    list_display = ("order", "name", "state", "reason", "attempts", "changed_at")
    list_filter = ("state", "name")
    list_select_related = ("order",)
    search_fields = ("order__number", "reason")
    ordering = ("-changed_at", "-pk")
    actions = ("retry",)

    def page(self, request: HttpRequest, row: Step) -> Page:
        return cockpit.step_page(row)

    def offered(self, row: Step) -> Sequence[str]:
        return ["retry"] if row.state in cockpit.RETRIED else []

    @verb("Do it now", needs=RETRY)
    def retry(self, request: HttpRequest, steps: QuerySet[Step]) -> HttpResponse | None:
        """Take each step that failed or is taken by hand."""
        today = timezone.localdate()

        def take(step: Step) -> str:
            effects.retry(step, on=today, by=request.user)
            return f"Order {step.order.number}: {step.get_name_display()} is under way or done."

        return self.carry_out(request, steps.select_related("order").order_by("pk"), take)
