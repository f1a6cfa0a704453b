"""What every business document shares, its files, the outbox, and who the company is."""

from collections.abc import Callable
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from accounting.money import MoneyField
from accounting.refusal import Refusal
from accounting.written_once import WrittenOnce


class IllegalTransition(Refusal):
    """The document is not in a state from which it may go there."""


class Document(models.Model):
    """A paper with a state. A subclass lists its states, and the moves between them."""

    State: ClassVar[type[models.TextChoices]]
    TRANSITIONS: ClassVar[dict[str, set[str]]]
    get_state_display: Callable[[], str]

    state = models.CharField(max_length=20)

    class Meta:
        abstract = True

    def move_to(self, state: str, **changes) -> None:
        """Change state in one statement, so that of two callers at once only one succeeds.

        Further columns change with it. Raises IllegalTransition.
        """
        if state not in self.TRANSITIONS.get(self.state, set()):
            raise IllegalTransition(f"{self} is {self.State(self.state).label}: it cannot become {state}.")
        rows = type(self)._default_manager.filter(pk=self.pk, state=self.state)
        if not rows.update(state=state, **changes):
            raise IllegalTransition(f"{self} is no longer {self.State(self.state).label}.")
        self.state = state
        for name, value in changes.items():
            setattr(self, name, value)


class DocumentFile(WrittenOnce):
    """The bytes of a document as they were sent out."""

    source_key = models.CharField("document", max_length=100)
    kind = models.CharField(max_length=10, choices=[("pdf", "PDF"), ("xml", "Factur-X"), ("ubl", "UBL")])
    name = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_key", "kind"], name="a_document_has_one_file_of_a_kind")
        ]

    def __str__(self):
        return self.name


class Outbox(models.Model):
    """An effect outside the database that is still to be had, or was: a mail, a PDF, a capture.

    Written in the transaction of its cause. `key` makes asking twice the same as asking once.
    """

    key = models.CharField(max_length=150, unique=True)
    topic = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    order_number = models.CharField(max_length=128, blank=True, db_index=True)
    created_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name = "outbox row"
        verbose_name_plural = "outbox"
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(done_at__isnull=True), name="outbox_waiting"
            )
        ]

    def __str__(self):
        return self.key


class Company(models.Model):
    """Who sells: one row. What documents print of it is copied onto them."""

    name = models.CharField(max_length=255)
    address = models.TextField(help_text="Street, postcode and city, one a line.")
    country = models.CharField(max_length=2, default="DE")
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    vat_id = models.CharField("VAT id", max_length=20, blank=True)
    tax_number = models.CharField(max_length=40, blank=True, help_text="Of the local tax office.")
    legal_notice = models.TextField(
        blank=True, help_text="Printed at the foot of papers: register, court, managers."
    )
    logo = models.ImageField(upload_to="company/", blank=True, help_text="PNG or JPEG, for papers and mails.")
    bank_name = models.CharField(max_length=100, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    invoice_on = models.CharField(
        max_length=10,
        choices=[("order", "Order"), ("payment", "Payment"), ("shipment", "Shipment")],
        default="order",
        help_text="What makes an invoice due.",
    )
    prices = models.CharField(
        max_length=5,
        choices=[("gross", "Including VAT"), ("net", "Excluding VAT")],
        default="gross",
        help_text="What the prices of products mean.",
    )
    vat_scheme = models.CharField(
        "VAT scheme",
        max_length=20,
        choices=[("standard", "Standard"), ("small business", "Small business, exempt")],
        default="standard",
    )
    vat_abroad = models.CharField(
        "VAT of consumers in other EU countries",
        max_length=12,
        choices=[
            ("home", "Ours, below the threshold of 10,000 EUR a year"),
            ("destination", "Theirs, by One-Stop-Shop"),
        ],
        default="home",
    )
    shipping_tax = models.CharField(
        "VAT on shipping",
        max_length=10,
        choices=[("main", "At the rate of most of the goods"), ("pro rata", "In proportion to the goods")],
        default="main",
    )
    cod_fee = MoneyField("surcharge for cash on delivery", default=0, help_text="In the price mode above.")
    adjustment_limit = MoneyField(
        null=True,
        blank=True,
        help_text="Stock adjustments worth more wait for a second person. Empty: none do.",
    )
    entry_limit = MoneyField(
        null=True,
        blank=True,
        help_text="Manual entries of more wait for a second person. Empty: none do.",
    )
    hold_minutes = models.PositiveIntegerField(
        default=15, help_text="Minutes that goods are kept for whoever is about to order. 0: they are not."
    )
    pending_minutes = models.PositiveIntegerField(
        default=30, help_text="Minutes that goods are held for a payment on a provider's page."
    )
    withdrawal_days = models.PositiveIntegerField(
        default=14, help_text="Days after delivery in which a consumer may withdraw."
    )
    reminder_days = models.PositiveIntegerField(
        default=7, help_text="Days after the due date until a reminder."
    )
    reminds_by_itself = models.BooleanField(default=False, help_text="Send due reminders unasked.")
    payment_days = models.PositiveIntegerField(default=14, help_text="Days until an invoice is due.")
    ship_before_payment = models.BooleanField(
        default=False, help_text="Ship orders paid by bank transfer before the money is here."
    )
    receipt_tolerance = models.PositiveIntegerField(
        default=0, help_text="Per cent by which suppliers may bring more than was ordered."
    )
    bill_tolerance = models.PositiveIntegerField(
        default=2, help_text="Per cent by which a supplier's bill may differ from the order without a reason."
    )
    datev_consultant = models.CharField(
        "DATEV consultant", max_length=7, blank=True, help_text="The tax adviser's number at DATEV."
    )
    datev_client = models.CharField(
        "DATEV client", max_length=5, blank=True, help_text="Our number at the tax adviser's."
    )
    siren = models.CharField("SIREN", max_length=14, blank=True, help_text="Nine digits, for the FEC.")
    guest_link_days = models.PositiveIntegerField(
        default=90, help_text="Days that a guest's link to an order stays valid."
    )

    class Meta:
        verbose_name_plural = "company"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_company")]

    def __str__(self):
        return self.name
