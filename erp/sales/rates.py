"""What may still be done to a rate, and which rules hold when."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from oscar.core.loading import get_model

from accounting.models import TaxCode

from .models import OrderCharge, TaxRule

OrderLine = get_model("order", "Line")


def is_used(code: TaxCode) -> bool:
    """Whether an order or an entry of the books names a rate: from then on it keeps its meaning."""
    return (
        code.lines.exists()  # type: ignore[attr-defined]
        or OrderLine.objects.filter(tax_code=code.code).exists()
        or OrderCharge.objects.filter(tax_code=code).exists()
    )


def in_force(rules: QuerySet[TaxRule], when: str, *, on: date | None = None) -> QuerySet[TaxRule]:
    """Return the rules whose rates hold on a day (when: now), begin later, or are past; else all."""
    on = on or localdate()
    ended: Any = Q(tax_code__valid_to__lt=on)
    begun: Any = Q(tax_code__valid_from__lte=on)
    wanted = {"now": begun & ~ended, "later": ~begun, "past": ended}
    return rules.filter(wanted[when]) if when in wanted else rules
