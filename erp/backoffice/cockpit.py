"""All there is to know of one order on one page: what was sold, and everything that became of it.

The number of queries does not grow with the lines, documents or entries.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Sum
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounting.money import ZERO
from erp.delivery.models import DeliveryLine
from erp.documents.models import Outbox
from erp.invoicing.models import InvoiceLine, PaymentOperation
from erp.sales.models import Step
from erp.sales.services import snapshot

from . import links, mailed, ties
from .actions import Button, button_for
from .pages import Page, Table

RETRIED = (Step.State.FAILED, Step.State.MANUAL, Step.State.WAITING)


def page(order: Any, *, may_retry: bool) -> Page:
    """Return the page of an order."""
    terms = order.terms
    keys = _source_keys(order)
    tables = [
        _steps(order, may_retry=may_retry),
        _lines(order),
        ties.notes(order.delivery_notes.all()),
        ties.invoices(order.invoices.all()),
        ties.payments(order.payments.all()),
        ties.operations(PaymentOperation.objects.filter(payment__order=order)),
        ties.returns(order.returns.all()),
        ties.credit_notes(order.credit_notes.all()),
        ties.entries(keys),
        ties.moves(keys),
        mailed.table(order),
        ties.outbox(Outbox.objects.filter(order_number=order.number).exclude(topic="mail")),
        ties.files(keys),
        _log(order),
    ]
    facts = [
        ("Status", order.status),
        ("Placed", order.date_placed),
        ("Customer", links.to(terms.party)),
        ("E-mail", order.user.email if order.user else order.guest_email),
        ("Account", links.to(order.user) if order.user else "guest"),
        ("Ship to", ties.address(snapshot(order.shipping_address))),
        ("Bill to", order.billing_address and ties.address(snapshot(order.billing_address))),
        ("Shipping", f"{order.shipping_method} ({order.shipping_incl_tax})"),
        ("Discounts", _discounts(order)),
        ("Net", order.total_excl_tax),
        ("VAT", order.total_incl_tax - order.total_excl_tax),
        ("Total", order.total_incl_tax),
        ("Received", order.received or ZERO),
        ("Paid by", terms.payment_method),
        ("VAT id", terms.vat_id),
        ("Billed on", terms.invoice_on),
        ("Came from", terms.origin),
    ]
    return Page(facts, tables)


def step_page(step: Step) -> Page:
    """Return the page of a step."""
    mails = Outbox.objects.filter(order_number=step.order.number)
    facts = [
        ("Order", links.to(step.order)),
        ("Step", step.get_name_display()),
        ("State", step.get_state_display()),
        ("Reason", step.reason),
        ("Attempts", step.attempts),
        ("Changed", step.changed_at),
    ]
    return Page(facts, [ties.outbox(mails)])


def _source_keys(order: Any) -> list[str]:
    """Return the source keys of everything an order has caused."""
    documents = {
        "invoice": order.invoices,
        "credit": order.credit_notes,
        "delivery": order.delivery_notes,
        "return": order.returns,
    }
    keys = [f"{kind}:{pk}" for kind, rows in documents.items() for pk in rows.values_list("pk", flat=True)]
    operations = PaymentOperation.objects.filter(payment__order=order)
    return keys + [f"payment:{name}" for name in operations.values_list("reference", flat=True)]


def _steps(order: Any, *, may_retry: bool) -> Table:
    rows = [
        (
            step.get_name_display(),
            step.get_state_display(),
            step.reason,
            step.attempts,
            step.changed_at,
            _retry_button(step) if may_retry and step.state in RETRIED else "",
        )
        for step in order.steps.order_by("pk")
    ]
    return Table("Steps", ("Step", "State", "Reason", "Attempts", "Changed", ""), rows)


def _retry_button(step: Step) -> Button:
    return button_for(Step._meta, "retry", [step.pk], label="Do it now")


def _lines(order: Any) -> Table:
    shipped = DeliveryLine.objects.filter(note__order=order, note__shipped_on__isnull=False)
    moved = {
        key: (pieces, back)
        for key, pieces, back in shipped.values_list("order_line").annotate(Sum("quantity"), Sum("returned"))
    }
    bills = InvoiceLine.objects.filter(invoice__order=order, order_line__isnull=False)
    billed = dict(bills.values_list("order_line").annotate(Sum("quantity")))
    rows = [
        (
            line.partner_sku,
            links.to(line.product, line.title) or line.title,
            line.quantity,
            line.unit_price_incl_tax,
            line.line_price_before_discounts_incl_tax - line.line_price_incl_tax,
            line.line_price_incl_tax,
            billed.get(line.pk, 0),
            *moved.get(line.pk, (0, 0)),
        )
        for line in order.lines.select_related("product").order_by("pk")
    ]
    columns = ("SKU", "Title", "Ordered", "Price", "Discount", "Total", "Billed", "Shipped", "Came back")
    return Table("Lines (prices with VAT)", columns, rows)


def _log(order: Any) -> Table:
    rows = [
        (event.at, event.name, event.message, links.to_source(event.source_key), event.user)
        for event in order.events.select_related("user").order_by("pk")
    ]
    return Table("What happened", ("When", "What", "Words", "Document", "By"), rows)


def _discounts(order: Any) -> SafeString | str:
    found: Iterable[Any] = order.discounts.order_by("pk")
    rows = [(f"{row.offer_name} {row.voucher_code}".strip(), -row.amount) for row in found]
    return format_html_join("", "<div>{}: {}</div>", rows)
