"""What stock needs to begin with: the one partner all goods belong to, one warehouse, and the way there."""

from oscar.core.loading import get_model

from .models import Warehouse


def seed(**kwargs) -> None:
    """Add what is missing, change nothing that is there. Run after every migrate."""
    get_model("partner", "Partner").objects.get_or_create(code="company", defaults={"name": "Company"})
    if not Warehouse.objects.filter(is_transit=False).exists():
        Warehouse.objects.create(code="main", name="Main warehouse")
    Warehouse.objects.get_or_create(
        code="transit", defaults={"name": "In transit", "priority": 9999, "is_transit": True}
    )
