"""Is what was credited, cancelled and returned the same in papers and goods? Part of `audit`."""

from collections.abc import Iterator

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from accounting.money import money_value
from erp.delivery.models import DeliveryLine
from erp.delivery.services import OPEN

from .models import CreditNoteLine, InvoiceLine

ZERO_MONEY = money_value(0)


def counted_pieces_are_credited() -> Iterator[str]:
    """10 What is counted as credited, in pieces and money, stands on credit notes."""
    notes = CreditNoteLine.objects.filter(invoice_line=OuterRef("pk")).order_by().values("invoice_line")
    pieces = notes.exclude(kind=CreditNoteLine.Kind.AMOUNT)
    counted = Q(credited__gt=0) | ~Q(credited_net=0) | ~Q(credited_gross=0)
    concerned = InvoiceLine.objects.filter(counted | Q(pk__in=CreditNoteLine.objects.values("invoice_line")))
    lines = concerned.annotate(
        noted=Coalesce(Subquery(pieces.annotate(total=Sum("quantity")).values("total")), 0),
        net_noted=Coalesce(Subquery(notes.annotate(total=Sum("net")).values("total")), ZERO_MONEY),
        gross_noted=Coalesce(Subquery(notes.annotate(total=Sum("gross")).values("total")), ZERO_MONEY),
    ).exclude(credited=F("noted"), credited_net=F("net_noted"), credited_gross=F("gross_noted"))
    for line in lines.select_related("invoice").order_by("pk"):
        said = f"{line.credited} of '{line.title}' for {line.credited_gross} ({line.credited_net} net)"
        noted = f"{line.noted} for {line.gross_noted} ({line.net_noted} net)"
        yield f"{line.invoice}: {said} are credited, notes say {noted}."


def what_is_billed_leaves() -> Iterator[str]:
    """10 Pieces that are billed and have not left stand on open delivery notes."""
    waiting = InvoiceLine.objects.filter(deferred=True, order_line__isnull=False, released__lt=F("quantity"))
    rows = waiting.order_by().values_list("order_line", "order_line__order__number", "order_line__title")
    to_leave = dict(
        DeliveryLine.objects.filter(note__state__in=OPEN)
        .order_by()
        .values_list("order_line")
        .annotate(Sum("quantity"))
    )
    for key, number, title, pieces in rows.annotate(pieces=Sum(F("quantity") - F("released"))):
        if pieces > to_leave.get(key, 0):
            yield f"Order {number}: {pieces} of '{title}' are billed and wait for nothing."


def what_came_back_is_credited() -> Iterator[str]:
    """10 Of each order line as many pieces are credited as came back, as far as they were billed."""
    back = DeliveryLine.objects.filter(returned__gt=0).order_by().values_list("order_line")
    returned = dict(back.annotate(Sum("returned")))
    lines = InvoiceLine.objects.filter(order_line__in=returned).order_by()
    rows = lines.values_list("order_line", "order_line__order__number", "order_line__title")
    for key, number, title, billed, credited in rows.annotate(Sum("quantity"), Sum("credited")):
        if credited < min(billed, returned[key]):
            yield f"Order {number}: {returned[key]} of '{title}' came back, {credited} are credited."
