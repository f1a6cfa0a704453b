"""What waits for somebody: numbers for the first page of the back office, each with the list it counts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.timezone import localdate
from oscar.core.loading import get_model

from accounting import drafts
from accounting.models import EntryDraft
from erp import forecast, remitting, reordering
from erp.banking import moves
from erp.banking.models import BankLine
from erp.closing import verifying
from erp.closing.models import Verification
from erp.delivery.models import DeliveryNote, Return
from erp.documents.models import Outbox
from erp.inventory import counted
from erp.inventory.models import Adjustment, StockLevel, Stocktake, Transfer
from erp.invoicing import notices, overdue, owing, unheard, unowed
from erp.invoicing.abroad import WARN_FROM
from erp.invoicing.models import Invoice, Payment, ProviderEvent
from erp.purchasing.models import PaymentRun, PurchaseOrder, SupplierBill
from erp.sales.models import Step

from . import links
from .reports import may_see
from .sheets.abroad import share_used

Order = get_model("order", "Order")
StockRecord = get_model("partner", "StockRecord")

PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Todo:
    """How many things wait, in words, and where they are listed."""

    label: str
    count: int
    url: str
    alarms: bool = False


def todos(user: Any, *, now: datetime) -> Iterator[Todo]:
    """Yield what waits and this person may see. One query each, and a few for what should be ordered."""
    if user.has_perm("closing.view_verification"):
        found = verifying.findings_of_last_run()
        yield Todo("Findings of the last check", len(found), links.list_of(Verification), alarms=True)
    for label, needs, url, rows in _SOURCES:
        if user.has_perm(needs):
            yield Todo(label, _count(rows(now)), url())
    if may_see(user) and (percent := share_used(localdate(now))) >= WARN_FROM:
        yield Todo(
            "% of the yearly threshold for sales abroad",
            percent,
            reverse("admin:report", args=["vat-threshold"]),
        )


def _count(found: Any) -> int:
    """Return how many rows there are: the database counts them, unless they were worked out here."""
    return len(found) if isinstance(found, list) else found.count()


def stuck(rows: QuerySet[Outbox], *, now: datetime) -> QuerySet[Outbox]:
    """Return what failed on its way out at least once, or should have gone long ago."""
    waiting = rows.filter(done_at=None)
    return waiting.filter(~Q(last_error="") | Q(next_try_at__lt=now - PATIENCE))


def low(records: QuerySet) -> QuerySet:
    """Return those stock records of goods of which no more than the threshold can be sold."""
    zero = Value(0, output_field=IntegerField())
    counted = records.filter(num_in_stock__isnull=False).annotate(
        free=F("num_in_stock") - Coalesce("num_allocated", zero),
        threshold=Coalesce("low_stock_threshold", zero),
    )
    return counted.filter(free__lte=F("threshold"))


_Source = tuple[str, str, Callable[[], str], Callable[[datetime], Any]]
_SOURCES: list[_Source] = [
    (
        "Delivery notes to ship",
        "delivery.view_deliverynote",
        lambda: links.list_of(DeliveryNote, state__exact=DeliveryNote.State.READY),
        lambda now: DeliveryNote.objects.filter(state=DeliveryNote.State.READY),
    ),
    (
        "Delivery notes being picked",
        "delivery.change_deliverynote",
        lambda: links.list_of(DeliveryNote, state__exact=DeliveryNote.State.PICKING),
        lambda now: DeliveryNote.objects.filter(state=DeliveryNote.State.PICKING),
    ),
    (
        "Parcels packed, about to leave",
        "delivery.change_deliverynote",
        lambda: links.list_of(DeliveryNote, state__exact=DeliveryNote.State.PACKED),
        lambda now: DeliveryNote.objects.filter(state=DeliveryNote.State.PACKED),
    ),
    (
        "Returns to approve",
        "delivery.change_return",
        lambda: links.list_of(Return, state__exact=Return.State.REQUESTED),
        lambda now: Return.objects.filter(state=Return.State.REQUESTED),
    ),
    (
        "Returns received, not closed",
        "delivery.add_return",
        lambda: links.list_of(Return, state__exact=Return.State.RECEIVED),
        lambda now: Return.objects.filter(state=Return.State.RECEIVED),
    ),
    (
        "Invoices to be paid",
        "invoicing.view_invoice",
        lambda: links.list_of(Invoice, owed="yes"),
        lambda now: owing.still_owed(Invoice.objects.all()),
    ),
    (
        "Reminders to send",
        "invoicing.add_reminder",
        lambda: links.list_of(Invoice, reminder="due"),
        lambda now: overdue.to_remind(localdate(now)),
    ),
    (
        "Money that nobody owes",
        "invoicing.add_paymentoperation",
        lambda: links.list_of(Payment, owed="nobody"),
        lambda now: unowed.still_here(),
    ),
    (
        "Notices of providers to look into",
        "invoicing.view_providerevent",
        lambda: links.list_of(ProviderEvent, strange="yes"),
        lambda now: notices.strange(),
    ),
    (
        "Orders whose payment is gone",
        "invoicing.view_payment",
        lambda: links.list_of(Order, money="gone"),
        lambda now: unheard.without_money(Order.objects.all(), now=now),
    ),
    (
        "Bank lines to match",
        "banking.view_bankline",
        lambda: reverse("admin:bank_work"),
        lambda now: BankLine.objects.filter(state=BankLine.State.OPEN),
    ),
    (
        "Refunds to transfer",
        "banking.view_transferbatch",
        lambda: reverse("admin:bank_refunds"),
        lambda now: moves.refunds_not_on_statement().filter(transfer=None),
    ),
    (
        "Adjustments to approve",
        "inventory.change_adjustment",
        lambda: links.list_of(Adjustment, state__exact=Adjustment.State.REQUESTED),
        lambda now: Adjustment.objects.filter(state=Adjustment.State.REQUESTED),
    ),
    (
        "Transfers to receive",
        "inventory.change_transfer",
        lambda: links.list_of(Transfer, state__exact=Transfer.State.SENT),
        lambda now: Transfer.objects.filter(state=Transfer.State.SENT),
    ),
    (
        "Stocktakes under way",
        "inventory.change_stocktake",
        lambda: links.list_of(Stocktake, state__exact=Stocktake.State.COUNTING),
        lambda now: Stocktake.objects.filter(state=Stocktake.State.COUNTING),
    ),
    (
        "Goods to be counted again",
        "inventory.add_stocktake",
        lambda: links.list_of(StockLevel, count="due"),
        lambda now: counted.due(StockLevel.objects.all(), today=localdate(now)),
    ),
    (
        "Failed steps",
        "sales.view_step",
        lambda: links.list_of(Step, state__exact=Step.State.FAILED),
        lambda now: Step.objects.filter(state=Step.State.FAILED),
    ),
    (
        "Mails and calls that are stuck",
        "documents.view_outbox",
        lambda: links.list_of(Outbox, progress="stuck"),
        lambda now: stuck(Outbox.objects.all(), now=now),
    ),
    (
        "Entries by hand that wait for a second person",
        "accounting.change_entrydraft",
        lambda: links.list_of(EntryDraft, state__exact=EntryDraft.State.WAITING),
        lambda now: EntryDraft.objects.filter(state=EntryDraft.State.WAITING),
    ),
    (
        "Entries by hand to be undone",
        "accounting.change_entrydraft",
        lambda: links.list_of(EntryDraft, undo="due"),
        lambda now: drafts.to_undo(localdate(now)),
    ),
    (
        "Products to reorder",
        "purchasing.add_purchaseorder",
        lambda: reverse("admin:reorder"),
        lambda now: reordering.shortages(on=localdate(now)),
    ),
    (
        "Purchase orders to send",
        "purchasing.change_purchaseorder",
        lambda: links.list_of(PurchaseOrder, state__exact=PurchaseOrder.State.DRAFT),
        lambda now: PurchaseOrder.objects.filter(state=PurchaseOrder.State.DRAFT),
    ),
    (
        "Purchase orders that are late",
        "purchasing.view_purchaseorder",
        lambda: links.list_of(PurchaseOrder, goods="late"),
        lambda now: forecast.late(localdate(now)),
    ),
    (
        "Bills of suppliers that are due",
        "purchasing.add_supplierpayment",
        lambda: reverse("admin:bills_due"),
        lambda now: remitting.due(until=localdate(now)).filter(kind=SupplierBill.Kind.BILL),
    ),
    (
        "Payment runs with the bank",
        "purchasing.add_supplierpayment",
        lambda: links.list_of(PaymentRun, state__exact=PaymentRun.State.ORDERED),
        lambda now: PaymentRun.objects.filter(state=PaymentRun.State.ORDERED),
    ),
    (
        "Products low in stock",
        "partner.view_stockrecord",
        lambda: links.list_of(StockRecord, level="low"),
        lambda now: low(StockRecord.objects.all()),
    ),
]
