"""The ends of all hash chains, as the certificate of a closed month names them."""

import hashlib
from datetime import date
from typing import Any

from django.db.models import Max

from accounting.models import JournalSequence, NumberSeries, Period
from erp.inventory.models import StockMove
from erp.invoicing.models import CreditNote, Invoice

STOCK = "stock"
PAPERS: dict[str, Any] = {"INV": Invoice, "CN": CreditNote}


def hashes(period: Period) -> dict[str, str]:
    """Return the last hash of each journal and series of a period's year, and one of stock moves up to it."""
    year = period.fiscal_year
    journals = JournalSequence.objects.filter(fiscal_year=year).select_related("fiscal_year")
    found = {str(row): row.last_hash for row in journals.order_by("journal")}
    papers = NumberSeries.objects.filter(year=year.end.year, series__in=PAPERS).order_by("series")
    return found | {str(row): row.last_hash for row in papers} | {STOCK: stock_hash(period.end)}


def stock_hash(until: date) -> str:
    """Return one hash of each product's last move up to a day: no move of such a day comes any more."""
    moves = StockMove.objects.filter(moved_on__lte=until).order_by().values("product")
    last = StockMove.objects.filter(pk__in=moves.annotate(last=Max("pk")).values("last"))
    chains = last.order_by("product").values_list("product", "hash")
    said = "\n".join(f"{product} {digest}" for product, digest in chains)
    return hashlib.sha256(said.encode()).hexdigest()
