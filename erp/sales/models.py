"""What hangs on Oscar's order: its terms, its process log, its automatic steps, and how it is taxed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounting.models import Party, TaxCode
from accounting.money import MoneyField
from accounting.written_once import WrittenOnce


class SaleKey(WrittenOnce):
    """What was asked for once: whoever asks again gets the order that is already there."""

    key = models.CharField(max_length=150, unique=True)
    order_number = models.CharField(max_length=128, unique=True)

    def __str__(self):
        return self.key


class Terms(models.Model):
    """What was agreed at the moment of sale and Oscar's order does not hold."""

    order = models.OneToOneField("order.Order", models.PROTECT, related_name="terms")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    prices = models.CharField(max_length=5, choices=[("gross", "Including VAT"), ("net", "Excluding VAT")])
    invoice_on = models.CharField(max_length=10)
    payment_method = models.CharField(max_length=20)
    origin = models.CharField(max_length=20, default="shop", help_text="shop, office or import")
    ordered_on = models.DateField()
    vat_id = models.CharField("VAT id", max_length=20, blank=True)
    vat_evidence = models.TextField(
        "evidence of the VAT id", blank=True, help_text="What a register answered when it was asked."
    )
    standard_shipping = MoneyField(
        default=0, help_text="What the cheapest way to send it would have cost, including VAT."
    )
    payment_days = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: as the company says.")

    class Meta:
        verbose_name_plural = "terms"

    def __str__(self):
        return f"Terms of {self.order_id}"


class CustomerTerms(models.Model):
    """What was agreed with one customer for the orders to come, and whether reminders rest.

    Orders keep what was agreed when they were placed.
    """

    party = models.OneToOneField(Party, models.PROTECT, related_name="customer_terms")
    payment_days = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: as the company says.")
    paused_why = models.CharField(
        "no reminders because", max_length=255, blank=True, help_text="Empty: reminders are sent."
    )
    paused_until = models.DateField(
        "no reminders until", null=True, blank=True, help_text="Empty: until somebody takes the reason away."
    )

    class Meta:
        verbose_name = "terms of a customer"
        verbose_name_plural = "terms of customers"
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_until=None) | ~Q(paused_why=""), name="a_customers_pause_has_a_reason"
            )
        ]

    def __str__(self):
        return f"Terms of {self.party}"


class OrderCharge(WrittenOnce):
    """What an order costs beside its lines, one row a tax code: a part of shipping, or a surcharge."""

    class Kind(models.TextChoices):
        SHIPPING = "shipping", "shipping"
        SURCHARGE = "surcharge", "surcharge"

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="charges")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=128)
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, related_name="+")
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="a_charge_has_its_place_in_an_order"),
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("tax")), name="ordercharge_net_and_tax_make_gross"
            ),
        ]

    def __str__(self):
        return f"{self.name}: {self.gross}"


class OrderEvent(WrittenOnce):
    """Something that happened to an order: the process log."""

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="events")
    at = models.DateTimeField(db_default=Now())
    name = models.CharField(max_length=40)
    message = models.TextField(blank=True)
    source_key = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["order", "id"], name="events_of_an_order")]

    def __str__(self):
        return f"{self.name}: {self.message}"


class Step(models.Model):
    """One automatic step of an order, and how far it is."""

    class Name(models.TextChoices):
        INVOICE = "invoice", "invoice"
        CAPTURE = "capture", "capture the payment"
        MAIL = "mail", "confirm by mail"
        SHIP = "ship", "ship"

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        MANUAL = "manual", "by hand"
        OFF = "off", "off"
        NOT_NEEDED = "not needed", "not needed"

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="steps")
    name = models.CharField(max_length=20, choices=Name)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    reason = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "name"], name="a_step_is_taken_once_an_order")
        ]
        indexes = [models.Index(fields=["state"], condition=Q(state="failed"), name="failed_steps")]

    def __str__(self):
        return f"{self.get_name_display()}: {self.state}"


class Automation(models.Model):
    """Whether a step runs by itself, for one payment method or (blank) for all."""

    class Mode(models.TextChoices):
        AUTOMATIC = "automatic", "automatic"
        MANUAL = "manual", "by hand"
        OFF = "off", "off"

    step = models.CharField(max_length=20, choices=Step.Name)
    payment_method = models.CharField(max_length=20, blank=True)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.AUTOMATIC)

    class Meta:
        verbose_name_plural = "automation"
        constraints = [
            models.UniqueConstraint(fields=["step", "payment_method"], name="one_rule_a_step_and_method")
        ]

    def __str__(self):
        return f"{self.step} ({self.payment_method or 'all'}): {self.mode}"


class TaxClass(models.Model):
    """A kind of goods in the eyes of the tax law, such as standard or reduced."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    is_default = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "tax classes"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_tax_class_is_the_default"
            )
        ]

    def __str__(self):
        return self.name


class TaxRule(models.Model):
    """Which tax code a class of goods falls under in a country, for as long as the code is valid."""

    tax_class = models.ForeignKey(TaxClass, models.CASCADE, related_name="rules")
    country = models.CharField(max_length=2, blank=True, help_text="Blank: wherever no other rule says.")
    tax_code = models.ForeignKey(
        TaxCode, models.PROTECT, related_name="+", limit_choices_to=~Q(category__in=TaxCode.OWED_BY_US)
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tax_class", "country", "tax_code"], name="one_rule_a_class_country_and_code"
            )
        ]

    def __str__(self):
        return f"{self.tax_class} in {self.country or 'other countries'}: {self.tax_code}"


class ProductTax(models.Model):
    """A product's tax class. A product without a row, and without a parent's, has the default."""

    product = models.OneToOneField("catalogue.Product", models.CASCADE, related_name="product_tax")
    tax_class = models.ForeignKey(TaxClass, models.PROTECT, related_name="products")

    class Meta:
        verbose_name = "tax class of a product"
        verbose_name_plural = "tax classes of products"

    def __str__(self):
        return f"{self.product}: {self.tax_class}"
