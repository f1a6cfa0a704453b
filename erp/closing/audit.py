"""Compares the chains with what the certificates of closed months say of them."""

from collections.abc import Iterator

from accounting.finding import Finding
from accounting.models import JournalEntry

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


CHECKS = [certificates_still_hold]


def _standing(digests: set[str]) -> set[tuple[str, str]]:
    """Return which of some hashes entries and papers bear, each with its journal or series."""
    entries = JournalEntry.objects.filter(hash__in=digests).values_list("journal", "hash")
    papers = (
        (series, digest)
        for series, model in PAPERS.items()
        for digest in model.objects.filter(hash__in=digests).values_list("hash", flat=True)
    )
    return {*entries, *papers}
