"""What stock needs to begin with: the one partner all goods belong to, and one warehouse."""

from oscar.core.loading import get_model

from .models import Warehouse


def seed(**kwargs) -> None:
    """Add what is missing, change nothing that is there. Run after every migrate."""
    get_model("partner", "Partner").objects.get_or_create(code="company", defaults={"name": "Company"})
    if not Warehouse.objects.exists():
        Warehouse.objects.create(code="main", name="Main warehouse")
