"""What a line of the books names: its account, its party, its tax code."""

from django.db import models
from django.db.models import Q


class Account(models.Model):
    """A place in the chart. Its role is how posting rules find it, whatever its number."""

    class Kind(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        EQUITY = "equity"
        INCOME = "income"
        EXPENSE = "expense"

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    group = models.CharField(
        max_length=80, blank=True, default="", db_default="", help_text="Its heading in the statements."
    )
    role = models.CharField(max_length=40, blank=True, help_text="Such as RECEIVABLE; many have none.")
    party_required = models.BooleanField(default=False, help_text="Each line names a customer or supplier.")
    open_item = models.BooleanField(default=False, help_text="Each line of a party is settled by others.")
    active = models.BooleanField(default=True, help_text="An account that is not active takes no new lines.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_open_item_has_a_party", condition=Q(open_item=False) | Q(party_required=True)
            ),
            models.CheckConstraint(
                name="account_kind_is_known",
                condition=Q(kind__in=["asset", "liability", "equity", "income", "expense"]),
            ),
            models.UniqueConstraint(fields=["role"], name="one_account_a_role", condition=~Q(role="")),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class Party(models.Model):
    """A customer or supplier as the books know them. The key never changes; name and address may."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer"
        SUPPLIER = "supplier"

    key = models.CharField(max_length=80, unique=True, help_text="Such as user:12 or guest:100042.")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CUSTOMER)
    name = models.CharField(max_length=255)
    email = models.EmailField(blank=True)
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        verbose_name_plural = "parties"

    def __str__(self):
        return self.name


class TaxCode(models.Model):
    """A rate of tax, its category (EN 16931; of purchases our own) and its boxes in the VAT return."""

    class Category(models.TextChoices):
        STANDARD = "S", "Standard or reduced rate"
        ZERO = "Z", "Zero rate"
        EXEMPT = "E", "Exempt"
        INTRA_COMMUNITY = "K", "Intra-Community supply"
        EXPORT = "G", "Export"
        REVERSE_CHARGE = "AE", "Reverse charge"
        OUTSIDE_SCOPE = "O", "Outside the scope of tax"
        ACQUISITION = "IA", "Bought: goods from the EU"
        SERVICE_FROM_EU = "RE", "Bought: services from the EU, reverse charge"
        OWED_BY_BUYER = "RC", "Bought: other reverse charge"

    # The buyer owes the VAT: on goods from the EU, on services, and where the law says so.
    OWED_BY_US = (Category.ACQUISITION, Category.SERVICE_FROM_EU, Category.OWED_BY_BUYER)

    code = models.CharField(max_length=20, unique=True, help_text="Such as DE-S-19.")
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    category = models.CharField(max_length=2, choices=Category)
    rate = models.DecimalField(max_digits=5, decimal_places=2, help_text="Per cent.")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    exemption_code = models.CharField(max_length=40, blank=True)
    wording = models.CharField(
        max_length=255, blank=True, help_text="The sentence that the law asks for on papers."
    )
    base_box = models.CharField(
        max_length=20, blank=True, help_text="Of what is sold, or bought owing its VAT."
    )
    tax_box = models.CharField(max_length=20, blank=True, help_text="Of the VAT that we owe.")
    input_base_box = models.CharField(max_length=20, blank=True, help_text="Of what is bought with VAT.")
    input_tax_box = models.CharField(max_length=20, blank=True, help_text="Of the VAT that we reclaim.")

    class Meta:
        constraints = [
            models.CheckConstraint(name="tax_rate_is_a_percentage", condition=Q(rate__gte=0, rate__lte=100))
        ]

    def __str__(self):
        return self.code
