"""What suppliers ask for, with or without an order, what they credit, and what we paid."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounting.models import Account, TaxCode
from accounting.money import MoneyField
from accounting.written_once import WrittenOnce

from .orders import PurchaseLine
from .suppliers import Supplier


class SupplierBill(WrittenOnce):
    """A supplier's invoice or credit note, as it was booked. Amounts of a credit note are positive too."""

    class Kind(models.TextChoices):
        BILL = "bill", "bill"
        CREDIT = "credit", "credit note"

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="bills")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.BILL)
    number = models.CharField(max_length=100, help_text="The supplier's.")
    issued_on = models.DateField(help_text="The supplier's date.")
    booked_on = models.DateField()
    due_on = models.DateField()
    net = MoneyField()
    tax = MoneyField(help_text="Input VAT as the supplier states it.")
    gross = MoneyField(help_text="What we owe (or are owed): net and stated VAT.")
    accepted_because = models.CharField(
        max_length=255, blank=True, help_text="Why a bill was taken that differs from order and receipt."
    )
    file_name = models.CharField(max_length=200, blank=True)
    file = models.BinaryField(null=True, blank=True, help_text="The bill as it came.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "kind", "number"], name="a_suppliers_bill_is_booked_once"
            ),
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("tax")), name="a_bills_net_and_tax_make_gross"
            ),
            models.CheckConstraint(condition=Q(gross__gte=0), name="a_bill_is_no_credit_note"),
        ]

    def __str__(self):
        return f"{self.number} of {self.supplier}"


class BillLine(WrittenOnce):
    """Pieces of an ordered line, or an expense such as rent, with its VAT."""

    bill = models.ForeignKey(SupplierBill, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    line = models.ForeignKey(PurchaseLine, models.PROTECT, null=True, blank=True, related_name="bill_lines")
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+")
    description = models.CharField(max_length=255)
    quantity = models.PositiveIntegerField(null=True, blank=True)
    net = MoneyField()
    tax = MoneyField(default=0, help_text="As the supplier states it.")
    own_tax = MoneyField(default=0, help_text="That we owe ourselves for what comes from abroad without VAT.")
    lost_tax = MoneyField(default=0, help_text="Of both, what cannot be reclaimed and is part of the cost.")
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, null=True, blank=True, related_name="+")
    expected = MoneyField(null=True, help_text="What the pieces cost by the order.")
    difference_kept = MoneyField(default=0, help_text="Of the difference: what made goods on hand dearer.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bill", "position"], name="a_bill_line_has_its_place"),
            models.CheckConstraint(
                condition=Q(line__isnull=False, account=None, quantity__gt=0, expected__isnull=False)
                | Q(line=None, account__isnull=False),
                name="a_bill_line_is_goods_or_an_expense",
            ),
            models.CheckConstraint(
                condition=Q(tax=0, own_tax=0) | Q(tax_code__isnull=False), name="vat_on_a_bill_has_its_code"
            ),
        ]

    def __str__(self):
        return f"{self.description}: {self.net}"


class SupplierPayment(WrittenOnce):
    """Money that went to a supplier on a day, or (below zero) came back from it."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="payments")
    amount = MoneyField()
    on = models.DateField()
    reference = models.CharField(max_length=140, unique=True, help_text="Paid once.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="a_supplier_gets_some_money")]

    def __str__(self):
        if self.amount < 0:
            return f"{-self.amount} back from {self.supplier}"
        return f"{self.amount} to {self.supplier}"
