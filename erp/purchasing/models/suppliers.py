"""Suppliers, and what they ask for which product."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from accounting.models import Party
from accounting.money import MoneyField

NO_LONGER = MaxValueValidator(3650, "Ten years at most.")


class Supplier(models.Model):
    """Whom we buy from. In the books it is the party `supplier:<code>`."""

    party = models.OneToOneField(Party, models.PROTECT, related_name="supplier", editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=255)
    email = models.EmailField(blank=True, help_text="Where purchase orders go.")
    phone = models.CharField(max_length=40, blank=True)
    address = models.TextField(blank=True, help_text="Street, postcode and city, one a line.")
    country = models.CharField(max_length=2, default="DE")
    vat_id = models.CharField("VAT id", max_length=20, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    customer_number = models.CharField(max_length=40, blank=True, help_text="Ours, as they know us.")
    payment_days = models.PositiveIntegerField(default=30, validators=[NO_LONGER])
    lead_days = models.PositiveIntegerField(
        default=7, validators=[NO_LONGER], help_text="From an order to its goods."
    )
    is_active = models.BooleanField(default=True)

    def __str__(self):
        return self.name


class SupplierPrice(models.Model):
    """What a supplier asks for a product: `price` for `pack` pieces, without VAT. Sold in whole packs."""

    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="prices")
    product = models.ForeignKey("catalogue.Product", models.CASCADE, related_name="supplier_prices")
    sku = models.CharField("their SKU", max_length=128, blank=True)
    price = MoneyField(help_text="Of a pack, without VAT.")
    pack = models.PositiveIntegerField(default=1, help_text="Pieces in a pack.")
    minimum = models.PositiveIntegerField(default=0, help_text="Fewest pieces an order.")
    lead_days = models.PositiveIntegerField(
        null=True, blank=True, validators=[NO_LONGER], help_text="Empty: as the supplier says."
    )
    is_preferred = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "product"], name="a_supplier_has_one_price_a_product"
            ),
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(is_preferred=True),
                name="a_product_has_one_preferred_supplier",
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="suppliers_ask_no_less_than_nothing"),
            models.CheckConstraint(condition=Q(pack__gt=0), name="a_pack_has_pieces"),
        ]

    def __str__(self):
        return f"{self.product} from {self.supplier}"
