"""What taxes need to begin with: goods at the standard rate of home, and at the reduced one."""

from accounting.models import TaxCode

from .models import TaxClass, TaxRule

CLASSES = [("standard", "Standard rate", True, "DE-S-19"), ("reduced", "Reduced rate", False, "DE-S-7")]


def seed(**kwargs) -> None:
    """Add what is missing, change nothing that is there. Run after every migrate."""
    for code, name, is_default, tax_code in CLASSES:
        tax_class, is_new = TaxClass.objects.get_or_create(
            code=code, defaults={"name": name, "is_default": is_default}
        )
        if is_new:
            TaxRule.objects.create(tax_class=tax_class, tax_code=TaxCode.objects.get(code=tax_code))
