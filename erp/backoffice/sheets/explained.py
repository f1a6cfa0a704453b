"""Clearing, prepayments, deferred revenue and goods not invoiced: of what each is made on any day."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounting import chart
from accounting.models import Account, JournalLine, OpenItem
from accounting.money import ZERO
from erp.banking.models import PayoutLine
from erp.invoicing.models import PaymentOperation
from erp.purchasing.models import PurchaseOrder
from erp.reporting.explained import Explained, explained, strange_lines
from erp.reporting.parts import Order, Part

from .. import links
from .asking import DayForm, said, url_of
from .sheet import SUM, Link, Read, Report, Row, Sheet

ROLES = (
    chart.CLEARING,
    chart.CASH_CLEARING,
    chart.PREPAYMENTS,
    chart.DEFERRED_REVENUE,
    chart.GOODS_RECEIVED_NOT_INVOICED,
    chart.GIFT_CARDS,
)
COLUMNS = ("What", "Order", "Customer or supplier", "Since", "Amount")
SUMMARY = ("Account", "Balance", "Explained by papers", "From before the books began", "Unexplained")
STRANGE = ("Entry", "Memo", "Day", "Amount")
AT_ONCE = 500
FEW = 50
Named = dict[Any, list[Any]]


@dataclass(frozen=True)
class Rows:
    """The parts of an account as rows: named as they are needed. A liability is above zero."""

    found: Explained
    keys: Sequence[Part]

    def read(self) -> Read:
        return Read(lambda: len(self.keys) + 1, self.part, self.every)

    def part(self, start: int, stop: int) -> list[Row]:
        rows = self._named(self.keys[start:stop])
        return rows + ([self._sum()] if stop > len(self.keys) else [])

    def every(self) -> Iterator[Row]:
        for start in range(0, len(self.keys), AT_ONCE):
            yield from self._named(self.keys[start : start + AT_ONCE])
        yield self._sum()

    def _named(self, keys: Sequence[Part]) -> list[Row]:
        names = {
            model: name([key for of_model, key in keys if of_model is model])
            for model, name in NAMES.items()
            if any(of_model is model for of_model, _ in keys)
        }
        return [Row([*names[model][key], self._amount(self.found.parts[model, key])]) for model, key in keys]

    def _sum(self) -> Row:
        known = sum(self.found.parts.values(), ZERO)
        return Row(["Together", "", "", None, self._amount(known)], SUM)

    def _amount(self, amount: Decimal) -> Decimal:
        return ZERO + sign_of(self.found.account) * amount  # never -0.00


def sheets(asked: DayForm) -> Sequence[Sheet]:
    found = [explained(role, on=asked.day) for role in ROLES]
    before = [explained(role, on=asked.beside) for role in ROLES] if asked.beside else []
    shown = [_summary(asked, found, before)]
    for each in found:
        if each.parts:
            rows = Rows(each, sorted(each.parts, key=lambda part: (part[0].__name__, part[1])))
            shown.append(Sheet(str(each.account), COLUMNS, rows.read(), wrong=_wrong(each)))
        if each.rest:
            shown.append(_strange(each))
    return shown


def sign_of(account: Account) -> int:
    return -1 if account.kind == Account.Kind.LIABILITY else 1


def _summary(asked: DayForm, found: Sequence[Explained], before: Sequence[Explained]) -> Sheet:
    columns = [*SUMMARY]
    if asked.beside:
        columns += [f"Balance {said(asked.beside)}", f"Unexplained {said(asked.beside)}"]
    rows = []
    for place, each in enumerate(found):
        url = url_of(
            "general-ledger", account=each.account.code, start=asked.day.replace(day=1), end=asked.day
        )
        cells = [str(each.account), *_figures(each)]
        cells[1] = Link(cells[1], url)
        if before:
            then = _figures(before[place])
            cells += [then[0], then[-1]]
        rows.append(Row(cells))
    wrong = " ".join(filter(None, map(_wrong, found)))
    return Sheet(f"Explained at the end of {said(asked.day)}", columns, rows, wrong=wrong)


def _figures(found: Explained) -> list[Any]:
    sign, papers = sign_of(found.account), sum(found.parts.values(), ZERO)
    return [ZERO + sign * amount for amount in (found.balance, papers, found.opened, found.rest)]


def _wrong(found: Explained) -> str:
    if not found.rest:
        return ""
    return f"{found.account}: no paper explains {sign_of(found.account) * found.rest} of its balance."


def _strange(found: Explained) -> Sheet:
    """Return the lines among which the cause is: those that somebody posted by hand, the latest first."""
    rows = [_line(line, sign_of(found.account)) for line in strange_lines(found)[:FEW]]
    note = "" if rows else "No entry by hand is on this account: run all checks of the books."
    return Sheet(f"Entries by no paper on {found.account}", STRANGE, rows, note)


def _line(line: JournalLine, sign: int) -> Row:
    entry = Link(str(line.entry), links.page_of(line.entry))
    return Row([entry, line.memo or line.entry.memo, line.date, sign * line.amount])


def _orders(keys: Sequence[int]) -> Named:
    rows = Order.objects.select_related("terms__party").in_bulk(keys)
    return {
        key: [
            "Billed, not shipped",
            Link(row.number, links.page_of(row)),
            Link(row.terms.party.name, links.page_of(row.terms.party)),
            row.terms.ordered_on,
        ]
        for key, row in rows.items()
    }


def _movements(keys: Sequence[int]) -> Named:
    rows = PaymentOperation.objects.select_related("payment__order", "payment__party").in_bulk(keys)
    return {key: _movement(row) for key, row in rows.items()}


def _movement(row: PaymentOperation) -> list[Any]:
    payment: Any = row.payment
    order = payment.order and Link(payment.order.number, links.page_of(payment.order))
    party = payment.party and Link(payment.party.name, links.page_of(payment.party))
    return [Link(str(row), links.page_of(payment)), order, party, row.on]


def _payout_lines(keys: Sequence[int]) -> Named:
    rows = PayoutLine.objects.select_related("payout").in_bulk(keys)
    return {
        key: [
            Link(f"{row} of payout {row.payout}", links.page_of(row.payout)),
            None,
            None,
            row.payout.paid_on,
        ]
        for key, row in rows.items()
    }


def _purchases(keys: Sequence[int]) -> Named:
    rows = PurchaseOrder.objects.select_related("supplier").in_bulk(keys)
    return {
        key: [
            "Received, not billed",
            Link(row.number, links.page_of(row)),
            Link(row.supplier.name, links.page_of(row.supplier)),
            row.ordered_on,
        ]
        for key, row in rows.items()
    }


def _items(keys: Sequence[int]) -> Named:
    rows = OpenItem.objects.select_related("line__entry", "line__party").in_bulk(keys)
    found = {}
    for key, row in rows.items():
        entry, party = row.line.entry, row.line.party
        what = Link(entry.memo or entry.source_key, links.url_of_source(entry.source_key))
        found[key] = [what, None, party and Link(party.name, links.page_of(party)), row.line.date]
    return found


NAMES: dict[Any, Callable[[Sequence[int]], Named]] = {
    Order: _orders,
    PaymentOperation: _movements,
    PayoutLine: _payout_lines,
    PurchaseOrder: _purchases,
    OpenItem: _items,
}

CLEARING = Report(
    "clearing",
    "Clearing and prepayments explained",
    "Of which payments, orders and receipts clearing, prepayments, deferred revenue and goods not invoiced"
    " are made on any day, and what nothing explains.",
    DayForm,
    sheets,
)
