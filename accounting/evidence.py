"""What the books say about documents, by source key and tax code: for the checks of other parts."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Q, Sum
from django.db.models.functions import Cast, Substr

from .chart import account
from .models import Journal, JournalEntry, JournalLine
from .money import ZERO


def by_tax_code(role: str, *, source: str = "", but_for: str = "") -> dict[str, Decimal]:
    """Return debits less credits of an account by tax code, of some source keys or of all but some."""
    lines = JournalLine.objects.posted().filter(account=account(role)).exclude(tax_code=None)
    lines = lines.filter(entry__source_key__startswith=source)
    if but_for:
        lines = lines.exclude(entry__source_key__startswith=but_for)
    return dict(lines.order_by().values_list("tax_code__code").annotate(Sum("amount")))


def by_source(role: str, prefixes: Iterable[str]) -> dict[str, Decimal]:
    """Return debits less credits that each entry with one of some prefixes brought to an account."""
    lines = JournalLine.objects.posted().filter(_begins(prefixes, "entry__source_key"), account=account(role))
    return dict(lines.order_by().values_list("entry__source_key").annotate(Sum("amount")))


def by_party(role: str) -> dict[str, Decimal]:
    """Return debits less credits of an account by the key of the customer or supplier."""
    lines = JournalLine.objects.posted().filter(account=account(role))
    sums = dict(lines.order_by().values_list("party__key").annotate(Sum("amount")))
    return {key: amount for key, amount in sums.items() if amount}


def source_keys(prefixes: Iterable[str]) -> set[str]:
    """Return the source keys of posted entries that begin with one of some prefixes."""
    entries = JournalEntry.objects.filter(_begins(prefixes, "source_key"), number__isnull=False)
    return set(entries.values_list("source_key", flat=True))


def papers_booked(kind: str, start: date, end: date) -> Any:
    """Return the keys of those documents of a kind, such as "invoice", whose entries lie in some days."""
    entries = JournalEntry.objects.filter(
        date__range=(start, end), source_key__regex=rf"^{kind}:[0-9]+$", number__isnull=False
    )
    key = Cast(Substr("source_key", len(kind) + 2), BigIntegerField())
    return entries.annotate(key=key).values("key")


def moved_by_sources(role: str, prefix: str) -> Decimal:
    """Return debits less credits that entries with a prefix have brought to an account."""
    lines = JournalLine.objects.posted().filter(account=account(role), entry__source_key__startswith=prefix)
    return lines.aggregate(total=Sum("amount", default=ZERO))["total"]


def opened_with(role: str) -> Decimal:
    """Return debits less credits that an account had when the books began."""
    lines = JournalLine.objects.posted().filter(account=account(role), entry__journal=Journal.OPENING)
    return lines.aggregate(total=Sum("amount", default=ZERO))["total"]


def _begins(prefixes: Iterable[str], field: str) -> Q:
    wanted = Q()
    for prefix in prefixes:
        wanted |= Q(**{f"{field}__startswith": prefix})
    return wanted
