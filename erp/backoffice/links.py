"""From a row or a source key to its page in the back office, and from a document to its source key.

A source key such as `delivery:31` says what caused an entry, a move or an event. Links cost no query:
what is not named by its primary key is looked up when the link is followed.
"""

from typing import Any
from urllib.parse import quote

from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from oscar.core.loading import get_model

from accounting.models import EntryDraft, JournalEntry
from accounting.refusal import Refusal
from erp.banking.models import BankMatch, Payout, PayoutLine
from erp.delivery.models import DeliveryNote, Return
from erp.inventory.models import Adjustment, StockMove, Stocktake, Transfer
from erp.invoicing.models import CreditNote, Invoice, PaymentOperation
from erp.purchasing.models import GoodsReceipt, PurchaseOrder, SupplierBill, SupplierPayment, SupplierReturn

Order = get_model("order", "Order")

IMPORT = "import"
DOCUMENTS: dict[str, type[Model]] = {
    "invoice": Invoice,
    "credit": CreditNote,
    "delivery": DeliveryNote,
    "return": Return,
    "purchase": PurchaseOrder,
}
# What purchases bring, by the names that entries and moves know it by.
PURCHASES: dict[str, type[Model]] = {
    "receipt": GoodsReceipt,
    "bill": SupplierBill,
    "supplier-return": SupplierReturn,
    "supplier-payment": SupplierPayment,
}
# What happens on the warehouse floor. An adjustment is known by its key.
BY_HAND: dict[str, type[Model]] = {"manual": EntryDraft}
FLOOR: dict[str, type[Model]] = {"transfer": Transfer, "stocktake": Stocktake}
# Kinds of entries that the bank's desks make; their page is that of the line or payout they belong to.
BANKING = ("bankmatch", "payout", "payoutline")
REVERSAL = ":reversal"


class UnknownSource(Refusal):
    """Nothing here bears that source key."""


def to(row: Any, text: str = "") -> SafeString | str:
    """Return a link to a row's page; nothing for no row."""
    return anchor(page_of(row), text or str(row)) if row else ""


def to_source(source_key: str, text: str = "") -> SafeString | str:
    """Return a link to what a source key names."""
    return anchor(url_of_source(source_key), text or source_key) if source_key else ""


def url_of_source(source_key: str) -> str:
    """Return the address that leads to what a source key names."""
    return _direct(source_key) or _later(source_key)


def to_place(about: str) -> SafeString | str:
    """Return a link to what a finding is about: a source key, or a row as app.model:key."""
    kind, _, key = about.partition(":")
    if "." not in kind:
        return to_source(about)
    try:
        return anchor(reverse(f"admin:{kind.replace('.', '_')}_change", args=[key]), about)
    except NoReverseMatch:
        return about  # of a kind that has no page


def anchor(url: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text)


def page_of(row: Any) -> str:
    """Return the address of a row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def list_of(model: Any, **filters: Any) -> str:
    """Return the address of a list, with filters such as state__exact="ready"."""
    words = "&".join(f"{name}={quote(str(value))}" for name, value in filters.items())
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{url}?{words}" if words else url


def pdf_of(document: Any, text: str = "PDF") -> SafeString:
    """Return a link to the PDF of a document."""
    kind = next(kind for kind, model in DOCUMENTS.items() if isinstance(document, model))
    return anchor(reverse("admin:pdf", args=[kind, document.pk]), text)


def files_of(paper: Any) -> SafeString:
    """Return links to a paper as PDF and, for machines, as Factur-X and UBL."""
    kind = next(kind for kind, model in DOCUMENTS.items() if isinstance(paper, model))
    forms = [("xml", "Factur-X"), ("ubl", "UBL")]
    found = [anchor(reverse("admin:xml", args=[kind, form, paper.pk]), text) for form, text in forms]
    return format_html("{} · {} · {}", pdf_of(paper), *found)


def find(source_key: str) -> str:
    """Return the address of what a source key names. Raises UnknownSource."""
    url = _direct(source_key) or _looked_up(source_key)
    if url is None:
        raise UnknownSource(f"Nothing here is called {source_key}.")
    return url


def _direct(source_key: str) -> str | None:
    kind, _, rest = source_key.partition(":")
    known = DOCUMENTS | PURCHASES | FLOOR | BY_HAND
    if kind in known and rest.isdecimal():
        opts = known[kind]._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[rest])
    if kind == IMPORT:
        return reverse("admin:backoffice_dataimport_change", args=[rest.partition(":")[0]])
    return None


def _later(source_key: str) -> str:
    return f"{reverse('admin:source')}?key={quote(source_key)}"


def _looked_up(source_key: str) -> str | None:
    kind, _, rest = source_key.partition(":")
    if source_key.endswith(REVERSAL):
        entry = JournalEntry.objects.filter(source_key=source_key.removesuffix(REVERSAL)).first()
        return page_of(entry) if entry else None
    if kind == "order":
        return _page_if_there(Order.objects.filter(number=rest).first())
    if kind == "payment":
        operation = PaymentOperation.objects.select_related("payment").filter(reference=rest).first()
        return page_of(operation.payment) if operation else None
    if kind == "adjustment" and (found := Adjustment.objects.filter(key=rest).first()):
        return page_of(found)
    if kind in BANKING and rest.isdecimal():
        return _page_if_there(_of_the_bank(kind, rest))
    moves = StockMove.objects.filter(source_key=source_key)
    return list_of(StockMove, source_key=source_key) if moves.exists() else None


def _of_the_bank(kind: str, key: str) -> Any:
    if kind == "bankmatch":
        match = BankMatch.objects.select_related("line").filter(pk=key).first()
        return match and match.line
    if kind == "payoutline":
        line = PayoutLine.objects.select_related("payout").filter(pk=key).first()
        return line and line.payout
    return Payout.objects.filter(pk=key).first()


def _page_if_there(row: Any) -> str | None:
    return page_of(row) if row else None
