"""Compares the chains with what the certificates of closed months say of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Max

from accounting.finding import Finding
from accounting.models import JournalEntry, Period

from .chains import PAPERS, STOCK, stock_hash
from .models import Certificate


def certificates_still_hold() -> Iterator[str]:
    """3 The last hashes on the certificates of closed months still stand in their chains."""
    kept = list(Certificate.objects.select_related("period").order_by("pk"))
    here = _standing({digest for certificate in kept for digest in certificate.hashes.values()})
    for certificate in kept:
        for name, digest in certificate.hashes.items():
            if name == STOCK:
                holds = stock_hash(certificate.period.end) == digest
            else:
                holds = (name.partition("-")[0], digest) in here
            if not holds:
                words = f"The chain of {name} is no longer the one of {certificate}."
                yield Finding(words, certificate.period)


def nothing_came_into_closed_months() -> Iterator[str]:
    """3 Of a closed month no entry stands in its chain behind the last hash on the certificate.

    Chains go on after a month is closed: what was slipped into it since bears a hash that is right.
    """
    kept = list(Certificate.objects.select_related("period__fiscal_year").order_by("period__end"))
    said = {digest for certificate in kept for digest in certificate.hashes.values()}
    numbers: dict[str, Any] = dict(JournalEntry.objects.filter(hash__in=said).values_list("hash", "number"))
    for period, journal, last in _last_numbers():
        certificate = _certificate_of(period, kept)
        digest = certificate.hashes.get(f"{journal}-{period.fiscal_year}", "") if certificate else ""
        is_told = digest and digest not in numbers  # by certificates_still_hold
        if certificate and not is_told and last > numbers.get(digest, 0):
            late = JournalEntry.objects.filter(
                period=period, journal=journal, number__gt=numbers.get(digest, 0)
            )
            for entry in late.select_related("fiscal_year").order_by("number"):
                yield Finding(f"{entry} came into {period} after {certificate}.", entry)


CHECKS = [certificates_still_hold, nothing_came_into_closed_months]


def _standing(digests: set[str]) -> set[tuple[str, str]]:
    """Return which of some hashes entries and papers bear, each with its journal or series."""
    entries = JournalEntry.objects.filter(hash__in=digests).values_list("journal", "hash")
    papers = (
        (series, digest)
        for series, model in PAPERS.items()
        for digest in model.objects.filter(hash__in=digests).values_list("hash", flat=True)
    )
    return {*entries, *papers}


def _last_numbers() -> Iterator[tuple[Period, str, int]]:
    """Yield each locked month with its journals and the last number of each."""
    periods = Period.objects.filter(locked=True).select_related("fiscal_year").in_bulk()
    rows = JournalEntry.objects.filter(period__in=periods, number__isnull=False).order_by("period", "journal")
    for key, journal, last in rows.values_list("period", "journal").annotate(Max("number")):
        yield periods[key], journal, last


def _certificate_of(period: Period, kept: Sequence[Certificate]) -> Certificate | None:
    """Return the first certificate that covers a month: its own, or that of a later one of its year."""
    return next(
        (
            certificate
            for certificate in kept
            if certificate.period.end >= period.end
            and certificate.period.fiscal_year_id == period.fiscal_year_id
        ),
        None,
    )
