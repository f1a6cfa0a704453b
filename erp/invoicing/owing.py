"""What is still open of invoices and credit notes, read from the books. Nothing is locked or written."""

from decimal import Decimal
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Concat

from accounting.models import OpenItem
from accounting.money import ZERO


def with_open_amount(papers: QuerySet, *, kind: str) -> QuerySet:
    """Add `open_amount` to invoices or credit notes: the residual of their open item, None without one."""
    key = Concat(Value(f"{kind}:"), Cast(OuterRef("pk"), CharField()))
    items = OpenItem.objects.filter(line__entry__source_key=key).values("residual")
    return papers.annotate(open_amount=Subquery(items[:1]))


def still_owed(invoices: QuerySet) -> QuerySet:
    """Return the invoices on which something is still owed."""
    return with_open_amount(invoices, kind="invoice").filter(open_amount__gt=0)


def owed_on(invoice: Any) -> Decimal:
    """Return what is still owed on one invoice."""
    items = OpenItem.objects.filter(line__entry__source_key=f"invoice:{invoice.pk}")
    return items.aggregate(sum=Sum("residual"))["sum"] or ZERO
