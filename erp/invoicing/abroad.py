"""What is sold to the other countries of the EU, as the law asks for it: from invoices less credit notes.

Consumers abroad: up to a threshold a year they may pay the VAT of home. Businesses: a list by VAT id.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounting import evidence
from accounting.money import ZERO
from erp.sales.treatment import EU

from .models import CreditNote, CreditNoteLine, Invoice, InvoiceLine

THRESHOLD = Decimal("10000.00")  # net, in a calendar year: Article 59c of Directive 2006/112/EC
WARN_FROM = 80  # per cent of it
WITH_VAT = ("S", "Z", "E")
KINDS = {"K": "goods", "AE": "services"}
PAPERS: tuple[tuple[type, str, int], ...] = ((InvoiceLine, "invoice", 1), (CreditNoteLine, "credit_note", -1))


@dataclass(frozen=True, slots=True)
class ConsumersAbroad:
    """Net sales of a year to consumers in other countries of the EU."""

    by_country: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.by_country.values(), ZERO)

    @property
    def percent(self) -> int:
        """Return how much of the threshold is used, in whole per cent, rounded down."""
        return int(self.total * 100 / THRESHOLD)


@dataclass(frozen=True, slots=True)
class EcSale:
    """What a business in another country of the EU bought without VAT: goods or services."""

    vat_id: str
    kind: str
    net: Decimal


def consumers_abroad(year: int, *, home: str) -> ConsumersAbroad:
    """Return the sales of a year by country. Two queries."""
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for model, paper, sign in PAPERS:
        country = f"{paper}__order__shipping_address__country"
        lines = _issued(model, paper, date(year, 1, 1), date(year, 12, 31)).filter(
            **{f"{country}__in": EU - {home}, f"{paper}__order__terms__vat_id": ""},
            tax_code__category__in=WITH_VAT,
        )
        for code, net in lines.order_by().values_list(country).annotate(Sum("net")):
            sums[code] += sign * net
    return ConsumersAbroad({code: net for code, net in sorted(sums.items()) if net})


def ec_sales(start: date, end: date) -> list[EcSale]:
    """Return the EC sales list of some days: by VAT id, goods and services apart. Two queries."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for model, paper, sign in PAPERS:
        vat_id = f"{paper}__order__terms__vat_id"
        lines = _issued(model, paper, start, end).filter(tax_code__category__in=KINDS)
        for number, category, net in (
            lines.order_by().values_list(vat_id, "tax_code__category").annotate(Sum("net"))
        ):
            sums[number or "", KINDS[category]] += sign * net
    return [EcSale(vat_id, kind, net) for (vat_id, kind), net in sorted(sums.items())]


def papers_of(sale: EcSale, start: date, end: date) -> Iterator[tuple[Any, Decimal]]:
    """Yield the invoices and credit notes that make up a line of the list, each with its part of it."""
    category = next(code for code, kind in KINDS.items() if kind == sale.kind)
    for model, paper, sign in PAPERS:
        lines = _issued(model, paper, start, end).filter(
            **{f"{paper}__order__terms__vat_id": sale.vat_id}, tax_code__category=category
        )
        parts = dict(lines.order_by().values_list(paper).annotate(Sum("net")))
        documents: Iterable[Any] = (Invoice if sign > 0 else CreditNote).objects.filter(pk__in=parts)
        for document in documents.order_by("pk"):  # type: ignore[attr-defined]
            yield document, sign * parts[document.pk]


def _issued(model: Any, paper: str, start: date, end: date) -> Any:
    """Return the lines of papers that are booked in some days, whatever day is written on them."""
    kind = {"invoice": "invoice", "credit_note": "credit"}[paper]
    return model.objects.filter(**{f"{paper}__in": evidence.papers_booked(kind, start, end)})
