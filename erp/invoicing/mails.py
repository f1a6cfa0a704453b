"""Mails to customers, sent by the outbox: sent is what the mail server took."""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from oscar.core.loading import get_model

from erp.documents.services import company
from erp.sales import steps
from erp.sales.models import Step

from .links import order_link
from .models import Invoice
from .pdf import PdfUnavailable, document_pdf

Order = get_model("order", "Order")

logger = logging.getLogger(__name__)


def send_confirmation(payload: dict[str, Any], *, now: datetime) -> None:
    """Tell a customer that the order was placed, with the invoice if there is one."""
    order = Order.objects.select_related("user", "terms", "shipping_address").get(pk=payload["order"])
    issued = list(order.invoices.filter(state=Invoice.State.ISSUED).order_by("pk"))
    _send(order, "order_placed", f"Your order {order.number}", issued)
    steps.mark(order, Step.Name.MAIL, steps.DONE)


def send_invoice(payload: dict[str, Any], *, now: datetime) -> None:
    """Send a customer an invoice that was issued later than the order."""
    issued = Invoice.objects.select_related("order__user", "order__terms").get(pk=payload["invoice"])
    if _address_of(issued.order):
        _send(
            issued.order,
            "invoice_issued",
            f"Invoice {issued.number} for order {issued.order.number}",
            [issued],
        )


def _send(order: Any, template: str, subject: str, documents: list[Invoice]) -> None:
    firm = company()
    papers = _papers(documents)
    context = {"order": order, "company": firm, "documents": papers, "link": order_link(order)}
    message = EmailMessage(
        subject=subject,
        body=render_to_string(f"documents/mails/{template}.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[_address_of(order)],
        reply_to=[firm.email],
    )
    for name, content in papers:
        message.attach(name, content, "application/pdf")
    message.send()


def _papers(documents: list[Invoice]) -> list[tuple[str, bytes]]:
    """Return names and PDFs. Where they cannot be drawn the mail goes without: its link leads to them."""
    try:
        return [(f"{document.number}.pdf", document_pdf(document)) for document in documents]
    except PdfUnavailable as refusal:
        logger.warning("A mail goes without its papers. %s", refusal)
        return []


def _address_of(order: Any) -> str:
    return order.user.email if order.user else order.guest_email
