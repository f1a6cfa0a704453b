"""The tables about the books: lines, open items and what settled them, and the order behind an entry."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounting.models import Allocation, JournalLine, OpenItem, Party

from . import behind, links
from .pages import Table
from .sheets.asking import url_of

LATEST = 50


def lines(found: QuerySet[JournalLine]) -> Table:
    """Return lines of entries, debit and credit side by side."""
    rows = [
        (
            links.to(line.entry),
            line.date,
            links.to(line.account),
            links.to(line.party),
            line.tax_code.code if line.tax_code else "",
            line.debit or None,
            line.credit or None,
            line.memo,
        )
        for line in found.select_related("entry__fiscal_year", "account", "party", "tax_code")
    ]
    columns = ("Entry", "Date", "Account", "Customer or supplier", "VAT code", "Debit", "Credit", "Memo")
    return Table("Lines", columns, rows)


def open_items(party: Party) -> Table:
    """Return what is still open with a customer or supplier."""
    found = OpenItem.objects.filter(line__party=party).exclude(residual=0)
    rows = [
        (
            links.to(item, str(item.line.entry)),
            item.line.date,
            item.line.due_date,
            links.to_source(item.line.entry.source_key),
            item.original,
            item.residual,
        )
        for item in found.select_related("line__entry__fiscal_year").order_by("line__date", "pk")
    ]
    columns = ("Entry", "Date", "Due", "Caused by", "Original", "Still open")
    return Table("Open items", columns, rows, "accounting.view_openitem")


def account_of(party: Party) -> SafeString:
    """Return links to a customer's or supplier's statement of account and to what is late of it."""
    slug = "aged-payables" if party.kind == Party.Kind.SUPPLIER else "aged-receivables"
    statement = links.anchor(reverse("admin:statement", args=[party.pk]), "Statement of account")
    late = links.anchor(url_of(slug, party=party.key), "What is late")
    return format_html("{} · {}", statement, late)


def settled_by(item: OpenItem) -> Table:
    """Return the items that settled an item, and by how much."""
    both = "debit_item__line__entry__fiscal_year", "credit_item__line__entry__fiscal_year"
    found = Allocation.objects.filter(Q(debit_item=item) | Q(credit_item=item)).select_related(*both)
    rows = []
    for allocation in found.order_by("date", "pk"):
        is_debit = allocation.debit_item_id == item.pk
        other = allocation.credit_item if is_debit else allocation.debit_item
        rows.append((allocation.date, links.to(other, str(other.line.entry)), allocation.amount))
    return Table("Settled by", ("Date", "Item", "Amount"), rows)


def order_behind(source_key: str) -> Any:
    """Return a link to the order that an entry belongs to, if it belongs to one."""
    order = behind.orders([source_key]).get(source_key)
    return links.to(order, order.number) if order else ""
