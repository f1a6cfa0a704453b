"""What stands on an invoice or credit note, in the business terms (BT) and groups (BG) of EN 16931.

Made from the stored paper and its lines alone. Amounts are the stored ones, never computed anew: line
net amounts add up to the net total, and each rate's base and tax are those that were printed and posted.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from accounting.money import ZERO
from erp.sales.pricing import tax_on

from ..models import CreditNote, Paper, PaperLine
from ..taxation import TaxRow, breakdown, category_of
from . import parties
from .words import words

INVOICE, CREDIT_NOTE = "380", "381"
TRANSFER = "58"
PIECE, ONE = "H87", "C62"
DISCOUNT = {"reason": "Discount", "reason_code": "95"}
PRICE_PLACES = 4


def facts(paper: Paper, lines: Iterable[PaperLine]) -> dict[str, Any]:
    """Return the business terms of a paper. What is empty is left out."""
    is_credit = isinstance(paper, CreditNote)
    rows = breakdown(paper)
    told = {
        "BT-1": paper.number,
        "BT-2": paper.issued_on,
        "BT-3": CREDIT_NOTE if is_credit else INVOICE,
        "BT-5": paper.currency,
        "BT-10": words(paper.order_number),
        "BT-13": words(paper.order_number),
        "BT-16": words(", ".join(paper.deliveries)),
        "BG-1": [{"BT-22": reason} for reason in [words(getattr(paper, "reason", ""))] if reason],
        "BG-3": list(_corrected(paper)),
        "BG-4": parties.seller(paper.seller, outside_scope=_is_outside_scope(rows)),
        "BG-7": parties.buyer(paper.buyer, outside_scope=_is_outside_scope(rows)),
        "BG-13": parties.place(paper.ship_to),
        **_supply(paper, rows),
        **_payment(paper),
        "BG-23": [_tax(row) for row in rows],
        **_totals(paper),
        "BG-25": [_line(paper, line) for line in lines],
    }
    return {term: value for term, value in told.items() if value not in ("", None, [], {})}


def _corrected(paper: Paper) -> Iterator[dict[str, Any]]:
    """Yield the invoice that a credit note corrects: it is frozen like the credit note itself."""
    if isinstance(paper, CreditNote) and paper.invoice:
        yield {"BT-25": paper.invoice.number, "BT-26": paper.invoice.issued_on}


def _is_outside_scope(rows: list[TaxRow]) -> bool:
    return any(row.category == "O" for row in rows)


def _supply(paper: Paper, rows: list[TaxRow]) -> dict[str, Any]:
    """Return the day, or the days, of supply. Goods for another country that are still to go: from now on."""
    if paper.supplied_from:
        return {"BT-72": paper.supplied_on, "BT-73": paper.supplied_from, "BT-74": paper.supplied_on}
    if paper.supplied_on:
        return {"BT-72": paper.supplied_on}
    return {"BT-73": paper.issued_on} if any(row.category == "K" for row in rows) else {}


def _payment(paper: Paper) -> dict[str, Any]:
    """Return how a paper is paid. A credit note is no demand: it says in words where its money goes."""
    if isinstance(paper, CreditNote):
        return {"BT-20": "Set off against what is owed; what was paid beyond that is paid back."}
    means, name = paper.payment.get("means", "ZZZ"), words(paper.payment.get("name", ""))
    told = {"BT-81": means, "BT-82": name, "BT-83": words(paper.order_number)}
    if means == TRANSFER:
        told |= _account(paper.seller)
    if not paper.due:
        return told | {"BT-20": f"Paid: {name}"}
    return told | {"BT-9": getattr(paper, "due_on", None)}


def _account(seller: dict[str, str]) -> dict[str, Any]:
    """Return where a transfer goes. Without an account a transfer cannot be asked for."""
    if not seller.get("iban"):
        return {"BT-81": "1"}
    account = {"BT-84": seller["iban"].replace(" ", ""), "BT-85": words(seller.get("name", ""))}
    return account | ({"BT-86": seller["bic"]} if seller.get("bic") else {})


def _tax(row: TaxRow) -> dict[str, Any]:
    tax = {
        "BT-116": str(row.net),
        "BT-117": str(row.tax),
        "BT-118": row.category,
        "BT-119": "" if row.category == "O" else str(row.rate),
        "BT-120": words(row.reason),
        "BT-121": row.code,
    }
    return {term: value for term, value in tax.items() if value}


def _totals(paper: Paper) -> dict[str, str]:
    totals = {
        "BT-106": str(paper.net),
        "BT-109": str(paper.net),
        "BT-110": str(paper.tax),
        "BT-112": str(paper.gross),
        "BT-115": str(paper.due),
    }
    return totals | ({"BT-113": str(paper.paid)} if paper.paid else {})


def _line(paper: Paper, line: PaperLine) -> dict[str, Any]:
    price, base, allowance = net_price(line, prices=paper.prices)
    category = category_of(paper, line)
    told = {
        "BT-126": str(line.position),
        "BT-129": str(line.quantity),
        "BT-130": PIECE if line.kind == PaperLine.Kind.GOODS else ONE,
        "BT-131": str(line.net),
        "BT-146": f"{price:f}",
        "BT-149": str(base),
        "BT-151": category,
        "BT-152": "" if category == "O" else str(line.rate),
        "BT-153": words(line.title) or words(line.sku) or "-",
        "BT-155": words(line.sku),
        "BG-27": [DISCOUNT | {"amount": str(allowance)}] if allowance else [],
    }
    return {term: value for term, value in told.items() if value not in ("", [])}


def net_price(line: PaperLine, *, prices: str) -> tuple[Decimal, int, Decimal]:
    """Return a line's price without VAT, for how many pieces, and what was taken off the line.

    Price x quantity / pieces less the discount is the line's net amount, to the cent. Where a single
    piece's price would need more than four places it is given for all pieces of the line.
    """
    before = line.unit_price * line.quantity
    if prices == "gross":
        before -= tax_on(before, line.rate, prices="gross")
    allowance = max(before - line.net, ZERO) if line.discount else ZERO
    whole = line.net + allowance
    each = (whole / line.quantity).quantize(Decimal(1).scaleb(-PRICE_PLACES))
    if each * line.quantity == whole:
        return _short(each), 1, allowance
    return whole, line.quantity, allowance


def _short(price: Decimal) -> Decimal:
    """Return a price with at least two places and no idle zeros beyond."""
    cents = price.quantize(Decimal("0.01"))
    return cents if cents == price else price.normalize()
