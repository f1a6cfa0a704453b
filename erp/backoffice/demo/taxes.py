"""Which VAT the demo company charges where: by destination in the EU, none on exports."""

from collections.abc import Callable
from datetime import date

from django.db import transaction

from accounting.models import TaxCode
from erp.sales.models import TaxClass, TaxRule

# Country, then the codes of the standard and the reduced class. Blank: everywhere else.
RULES = (
    ("DE", "DE-S-19", "DE-S-7"),
    ("AT", "AT-S-20", "AT-S-10"),
    ("BE", "BE-S-21", "BE-S-6"),
    ("FR", "FR-S-20", "FR-S-5.5"),
    ("NL", "NL-S-21", "NL-S-9"),
    ("", "DE-G-0", "DE-G-0"),
)
CLASSES = (("standard", "Standard rate"), ("reduced", "Reduced rate"))


@transaction.atomic
def load(say: Callable[[str], None], *, today: date) -> None:
    """Write the rules of each country for both classes of goods."""
    if TaxRule.objects.filter(country="FR").exists():
        return
    say("tax rules")
    codes = TaxCode.objects.in_bulk(field_name="code")
    for place, (code, name) in enumerate(CLASSES):
        tax_class, _ = TaxClass.objects.get_or_create(
            code=code, defaults={"name": name, "is_default": not place}
        )
        for country, *of_classes in RULES:
            TaxRule.objects.update_or_create(
                tax_class=tax_class, country=country, defaults={"tax_code": codes[of_classes[place]]}
            )
