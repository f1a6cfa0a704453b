"""Compares the chains with what the certificates of closed months say of them."""

from collections.abc import Iterator

from accounting.finding import Finding
from accounting.models import JournalEntry

from .chains import PAPERS, STOCK, stock_hash
from .models import Certificate


def certificates_still_hold() -> Iterator[str]:
    """3 The last hashes on the certificates of closed months still stand in their chains."""
    for certificate in Certificate.objects.select_related("period").order_by("pk"):
        for name, digest in certificate.hashes.items():
            if not _stands(certificate, name, digest):
                yield Finding(
                    f"The chain of {name} is no longer the one of {certificate}.", certificate.period
                )


CHECKS = [certificates_still_hold]


def _stands(certificate: Certificate, name: str, digest: str) -> bool:
    if name == STOCK:
        return stock_hash(certificate.period.end) == digest
    kind = name.partition("-")[0]
    if kind in PAPERS:
        return PAPERS[kind].objects.filter(hash=digest).exists()
    return JournalEntry.objects.filter(journal=kind, hash=digest).exists()
