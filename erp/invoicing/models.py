"""What is owed and what was paid: invoices, credit notes and payments.

Invoices and credit notes are snapshots. Whether one is paid is read from its open item in the books.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounting.models import Party, TaxCode
from accounting.money import MoneyField
from accounting.written_once import WrittenOnce
from erp.documents.models import Document

from . import guards
from .payment_models import Payment, PaymentOperation, ProviderEvent

__all__ = [
    "CreditNote",
    "CreditNoteLine",
    "Invoice",
    "InvoiceLine",
    "Payment",
    "PaymentOperation",
    "ProviderEvent",
    "Reminder",
    "ReminderPause",
]


class Paper(Document):
    """What an invoice and a credit note have in common. The number is taken last, at issue."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        ISSUED = "issued", "issued"

    TRANSITIONS = {State.DRAFT: {State.ISSUED}}
    # Once numbered, the database lets nothing of it change.
    FROZEN_WHEN: ClassVar[tuple[str, set[str]]] = ("number IS NOT NULL", set())
    lines: Any  # of the invoice, or of the credit note

    number = models.CharField(max_length=20, unique=True, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    issued_on = models.DateField()
    seller = models.JSONField(help_text="The company as it was.")
    buyer = models.JSONField(help_text="Name and address of the buyer as they were.")
    ship_to = models.JSONField(default=dict, help_text="Where the goods go, as it was.")
    order_number = models.CharField(max_length=128, blank=True)
    ordered_on = models.DateField(null=True, blank=True)
    deliveries = models.JSONField(default=list, help_text="Numbers of the delivery notes that are billed.")
    supplied_from = models.DateField(null=True, blank=True, help_text="The first of several days.")
    supplied_on = models.DateField(null=True, blank=True, help_text="Empty: as the goods are shipped.")
    payment = models.JSONField(default=dict, help_text="How it is paid: code, name and means (UNTDID 4461).")
    paid = MoneyField(default=0, help_text="Of the total, what was received or held for us at issue.")
    currency = models.CharField(max_length=3)
    prices = models.CharField(max_length=5, help_text="Whether unit prices include VAT: gross or net.")
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()
    taxes = models.JSONField(help_text="Base and tax of each rate, as printed.")
    hash = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="Of the paper before it and of what it says.",
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("tax")), name="%(class)s_net_and_tax_make_gross"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number=None) | Q(state="issued", number__isnull=False),
                name="%(class)s_has_a_number_when_issued",
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("gross")), name="%(class)s_is_paid_at_most_whole"
            ),
        ]

    def __str__(self):
        return self.number or "draft"

    @property
    def due(self):
        """What was still to be paid when it was issued."""
        return self.gross - self.paid


class PaperLine(models.Model):
    """One line of an invoice or credit note. Discounts are already taken off net, tax and gross."""

    class Kind(models.TextChoices):
        GOODS = "goods", "goods"
        SERVICE = "service", "service"
        SHIPPING = "shipping", "shipping"
        SURCHARGE = "surcharge", "surcharge"
        AMOUNT = "amount", "amount"

    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    sku = models.CharField(max_length=128, blank=True)
    title = models.CharField(max_length=255)
    quantity = models.PositiveIntegerField()
    unit_price = MoneyField(help_text="Before discount, in the price mode of the document.")
    discount = MoneyField(default=0, help_text="Taken off the line, in the price mode of the document.")
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, related_name="+")
    rate = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("tax")), name="%(class)s_net_and_tax_make_gross"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="%(class)s_bills_something"),
        ]

    def __str__(self):
        return f"{self.quantity} x {self.title}"


class Invoice(Paper):
    """What a customer owes for an order."""

    GUARDS = guards.numbered("invoicing_invoice", "INV")

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="invoices")
    due_on = models.DateField()


class InvoiceLine(PaperLine):
    """A line that is billed. Goods billed before they are shipped are deferred revenue until then."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    order_line = models.ForeignKey("order.Line", models.PROTECT, related_name="invoice_lines", null=True)
    deferred = models.BooleanField(help_text="Billed before the goods were shipped.")
    released = models.PositiveIntegerField(
        default=0, help_text="Pieces no longer deferred: shipped or credited."
    )
    credited = models.PositiveIntegerField(default=0, help_text="Pieces taken back by credit notes.")
    credited_net = MoneyField(default=0, help_text="By pieces, and by amounts off the price.")
    credited_gross = MoneyField(default=0)

    FROZEN_WHEN = ("1 = 1", {"released", "credited", "credited_net", "credited_gross"})
    PART_OF = "invoice"

    class Meta(PaperLine.Meta):
        constraints = [
            *PaperLine.Meta.constraints,
            models.CheckConstraint(
                condition=Q(released__lte=F("quantity")), name="a_piece_leaves_deferral_once"
            ),
            models.CheckConstraint(
                condition=Q(credited__lte=F("quantity")), name="never_credit_more_than_was_billed"
            ),
            models.CheckConstraint(
                condition=Q(credited_net__gte=0, credited_gross__lte=F("gross"))
                & Q(credited_net__lte=F("net"))
                & Q(credited_gross__gte=F("credited_net"))
                & Q(credited_gross__lte=F("credited_net") + F("tax")),
                name="never_credit_more_money_than_was_billed",
            ),
            models.CheckConstraint(
                condition=Q(credited__lt=F("quantity")) | Q(credited_net=F("net"), credited_gross=F("gross")),
                name="the_last_piece_takes_the_remainder",
            ),
        ]


class CreditNote(Paper):
    """What a customer no longer owes. Without an invoice it stands alone: the sale was made elsewhere."""

    GUARDS = guards.numbered("invoicing_creditnote", "CN")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes", null=True, blank=True)
    order = models.ForeignKey(
        "order.Order", models.PROTECT, related_name="credit_notes", null=True, blank=True
    )
    reason = models.CharField(max_length=255, blank=True)
    source_key = models.CharField(
        max_length=150, unique=True, help_text="What caused it: never credited twice."
    )


class CreditNoteLine(PaperLine):
    """A line that is credited, and how much of it had not yet become revenue."""

    credit_note = models.ForeignKey(CreditNote, models.PROTECT, related_name="lines")
    invoice_line = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="credit_lines", null=True)
    deferred_net = MoneyField(default=0, help_text="Part of net that is taken from deferred revenue.")

    FROZEN_WHEN: ClassVar[tuple[str, set[str]]] = ("1 = 1", set())
    PART_OF = "credit_note"


class Reminder(WrittenOnce):
    """That a customer was reminded of an invoice: once."""

    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="reminder")
    on = models.DateField()
    owed = MoneyField(help_text="What was still owed on that day.")
    at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(owed__gt=0), name="only_what_is_owed_is_reminded")]

    def __str__(self):
        return f"Reminder of {self.invoice}"


class ReminderPause(models.Model):
    """That nobody is reminded of an invoice, such as one in dispute."""

    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="reminder_pause")
    paused_why = models.CharField("reason", max_length=255)
    paused_until = models.DateField("until", null=True, blank=True, help_text="Empty: until it is ended.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(paused_why=""), name="an_invoices_pause_has_a_reason")
        ]

    def __str__(self):
        return f"No reminder of {self.invoice}"
