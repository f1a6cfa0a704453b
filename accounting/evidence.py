"""What the books say about documents, by source key and tax code: for the checks of other parts."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Q, Sum

from .chart import account
from .models import JournalEntry, JournalLine
from .money import ZERO


def by_tax_code(role: str) -> dict[str, Decimal]:
    """Return debits less credits of an account by tax code."""
    lines = JournalLine.objects.posted().filter(account=account(role)).exclude(tax_code=None)
    return dict(lines.order_by().values_list("tax_code__code").annotate(Sum("amount")))


def source_keys(prefixes: Iterable[str]) -> set[str]:
    """Return the source keys of posted entries that begin with one of some prefixes."""
    wanted = Q()
    for prefix in prefixes:
        wanted |= Q(source_key__startswith=prefix)
    return set(JournalEntry.objects.filter(wanted, number__isnull=False).values_list("source_key", flat=True))


def moved_by_sources(role: str, prefix: str) -> Decimal:
    """Return debits less credits that entries with a prefix have brought to an account."""
    lines = JournalLine.objects.posted().filter(account=account(role), entry__source_key__startswith=prefix)
    return lines.aggregate(total=Sum("amount", default=ZERO))["total"]
