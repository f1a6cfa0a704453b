"""The certificate of a month that was closed: what the books were, and the last hash of each chain.

Whoever changes an entry, invoice or stock move afterwards, and all hashes behind it, cannot change the paper.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min

from accounting import reports
from accounting.models import Account, JournalEntry, Period, entry_no
from accounting.money import ZERO
from accounting.reports import TrialBalanceRow
from erp.documents import files
from erp.documents.logo import logo_uri
from erp.documents.services import company, letterhead
from erp.invoicing.pdf import render

from .chains import PAPERS, hashes
from .checks import checks, name_of
from .models import Certificate


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that a journal or kind of document gave in a month."""

    name: str
    first: str
    last: str
    count: int


def certify(period: Period, *, reason: str, checks: int, by: Any, now: datetime) -> Certificate:
    """Write down the last hash of each chain, in the transaction that locks the period."""
    certificate = Certificate(
        period=period, reason=reason.strip()[:255], checks=checks, hashes=hashes(period), user=by, at=now
    )
    certificate.save()
    return certificate


def pdf_of(certificate: Certificate) -> bytes:
    """Return the certificate as PDF: the stored bytes, made at first call. Raises PdfUnavailable."""
    key = f"period:{certificate.period_id}"
    file = files.the_file(key, "pdf")
    if file is None:
        content = render("documents/certificate.html", facts(certificate))
        file = files.keep(key, "pdf", f"certificate-{certificate.period}.pdf", content)
    return bytes(file.content)


def facts(certificate: Certificate) -> dict[str, Any]:
    """Return what the certificate says."""
    period = certificate.period
    rows = reports.trial_balance(period.start, period.end)
    return {
        "certificate": certificate,
        "period": period,
        "seller": letterhead(company()),
        "logo": logo_uri(),
        "currency": settings.CURRENCY,
        "checks": [name_of(check) for check in checks()],
        "rows": rows,
        "debits": sum((row.debit for row in rows), ZERO),
        "credits": sum((row.credit for row in rows), ZERO),
        "numbers": [*_journals(period), *_papers(period)],
        "result": result_of_year(period) if ends_year(period) else None,
    }


def ends_year(period: Period) -> bool:
    """Return whether a period is the last of its year: once it is locked the year is closed."""
    return period.end == period.fiscal_year.end


def result_of_year(period: Period) -> Decimal:
    """Return what the year of a period has earned up to its end: income less expenses, below zero a loss."""
    kinds = (Account.Kind.INCOME, Account.Kind.EXPENSE)
    rows = reports.trial_balance(period.fiscal_year.start, period.end)
    return -sum((_moved(row) for row in rows if row.account.kind in kinds), ZERO)


def _moved(row: TrialBalanceRow) -> Decimal:
    return row.debit - row.credit


def _journals(period: Period) -> Iterator[Numbers]:
    """Yield what each journal gave. It counts in the order of posting: other months may lie between."""
    entries = JournalEntry.objects.filter(period=period, number__isnull=False).order_by("journal")
    found = entries.values_list("journal").annotate(Min("number"), Max("number"), Count("pk"))
    year = period.fiscal_year.end.year
    for journal, first, last, count in found:
        yield Numbers(journal, entry_no(journal, year, first), entry_no(journal, year, last), count)


def _papers(period: Period) -> Iterator[Numbers]:
    for name, model in PAPERS.items():
        rows = model.objects.filter(issued_on__range=(period.start, period.end)).exclude(number=None)
        found = rows.aggregate(first=Min("number"), last=Max("number"), count=Count("pk"))
        if found["count"]:
            yield Numbers(name, **found)
