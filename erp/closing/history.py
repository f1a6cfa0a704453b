"""What is written down of every change to settings, rates, prices of suppliers, roles and people.

django-auditlog keeps who, when, and from what to what. The rows are never changed or pruned: see `guards`.
Prices of products are kept by `PriceChange`, locks of periods by `PeriodChange`, as their rows are
written past the ORM's `save`. Of people only staff are here: customers may ask to be forgotten.
"""

from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from auditlog.signals import pre_log
from django.apps import apps
from django.contrib.auth import get_user_model

# Each model with what is no setting of it: counters that the chain moves, and moments of writing.
SETTINGS: dict[str, tuple[str, ...]] = {
    "documents.Company": (),
    "sales.Automation": (),
    "sales.TaxClass": (),
    "sales.TaxRule": (),
    "sales.CustomerTerms": (),
    "accounting.Account": (),
    "accounting.TaxCode": (),
    "purchasing.Supplier": (),
    "purchasing.SupplierPrice": (),
    "inventory.Warehouse": (),
    "delivery.Carrier": (),
    "shipping.OrderAndItemCharges": (),
    "address.Country": (),
    "offer.ConditionalOffer": ("total_discount", "num_applications", "num_orders", "redirect_url"),
    "offer.Benefit": (),
    "offer.Condition": (),
    "offer.Range": (),
    "voucher.Voucher": ("num_basket_additions", "num_orders", "total_discount"),
    "flatpages.FlatPage": (),
    "sites.Site": (),
    "auth.Group": (),
}
MANY = {
    "auth.Group": {"permissions"},
    "shipping.OrderAndItemCharges": {"countries"},
    "offer.Range": {"included_categories"},
    "voucher.Voucher": {"offers"},
}
NAMES = ["username", "email", "first_name", "last_name"]
RIGHTS = ["is_active", "is_staff", "is_superuser", "password"]


def register() -> None:
    """Have changes to all these written down."""
    for name, left_out in SETTINGS.items():
        model = apps.get_model(name)
        columns = [field.name for field in model._meta.concrete_fields if not field.primary_key]
        auditlog.register(
            model,
            include_fields=[column for column in columns if column not in left_out],
            m2m_fields=MANY.get(name, set()),
        )
    people = get_user_model()
    auditlog.register(
        people,
        include_fields=NAMES + RIGHTS,
        mask_fields=["password"],
        mask_callable="erp.closing.history.hidden",
        m2m_fields={"groups", "user_permissions"},
    )
    pre_log.connect(is_staff, sender=people, dispatch_uid="closing.history")


def hidden(value: str) -> str:
    """Show that a secret changed, and nothing of it."""
    return "(not shown)"


def is_staff(sender: Any, instance: Any, action: int, **_: Any) -> bool:
    """Tell whether somebody is of staff, or was until now."""
    was = sender._default_manager.filter(pk=instance.pk, is_staff=True)
    return instance.is_staff or (action == LogEntry.Action.UPDATE and was.exists())
