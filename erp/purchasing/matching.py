"""Compares a supplier's bill with what was ordered and what came: order, receipt and bill must agree.

Pure: rows come in, and lines that are not yet written go out. Quantities are pieces, amounts money.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from accounting import chart
from accounting.models import Account, TaxCode
from accounting.money import CENT, ZERO, money
from accounting.refusal import Refusal

from .models import BillLine, PurchaseLine, SupplierBill

MOST_MONEY = Decimal(10_000_000_000)
VAT_SLACK = Decimal("0.05")  # a supplier may round its VAT on the whole bill
CREDIT = SupplierBill.Kind.CREDIT
Category = TaxCode.Category
OF_SALES = {Category.INTRA_COMMUNITY, Category.REVERSE_CHARGE, Category.EXPORT}
# Accounts of these roles are kept by documents of ours: a bill does not write there.
KEPT = {chart.COST_OF_GOODS_SOLD, chart.SHRINKAGE, chart.WRITE_OFF, chart.RETURNS}


class NotReceivedYet(Refusal):
    """Pieces are billed that have not come."""


class NotSentBack(Refusal):
    """Pieces are credited that did not go back, or were never billed."""


class NoAmount(Refusal):
    """A line of a bill whose amounts or pieces cannot be."""


class NotAnExpense(Refusal):
    """An account on which no bill is booked."""


class NoTaxCode(Refusal):
    """VAT that no tax code explains."""


class NotTheirs(Refusal):
    """A bill names goods that were ordered from somebody else."""


class DiffersFromOrder(Refusal):
    """A bill is not what order and receipt say, and nobody says why it is taken."""


@dataclass(frozen=True, slots=True)
class Goods:
    """Pieces of an ordered line on a bill: for all of them together."""

    line: PurchaseLine
    quantity: int
    net: Decimal
    tax: Decimal = ZERO
    tax_code: TaxCode | None = None


@dataclass(frozen=True, slots=True)
class Expense:
    """Something on a bill that is no ordered goods: rent, freight, a discount (below zero)."""

    account: Account
    description: str
    net: Decimal
    tax: Decimal = ZERO
    tax_code: TaxCode | None = None


@dataclass(slots=True)
class Matching:
    """Under which terms a bill is compared, and what was found to differ."""

    kind: str
    tolerance: int
    home: str
    reclaims_tax: bool
    differs: list[str] = field(default_factory=list)

    @property
    def is_credit(self) -> bool:
        return self.kind == CREDIT


def goods(item: Goods, line: PurchaseLine, terms: Matching) -> BillLine:
    """Return the bill line of goods; the pieces are counted on the ordered line, which is not written.

    Raises NotReceivedYet, NotSentBack, NoAmount, NoTaxCode.
    """
    _require_cents(item, line.title)
    if item.quantity < 1 or item.net < 0 or item.tax < 0:
        raise NoAmount(f"'{line.title}': {item.quantity} pieces for {item.net:f} and {item.tax:f} VAT.")
    expected = _credited(item, line) if terms.is_credit else _billed(item, line, terms)
    slack = CENT if line.pack > 1 else ZERO  # a cent of a pack may stand on another of its pieces
    if abs(item.net - expected) > max(expected * terms.tolerance / 100, slack):
        named = "credited" if terms.is_credit else "billed"
        terms.differs.append(f"'{line.title}': {named} {item.net}, by the order it is {expected}.")
    row = _taxed(item, line.title, terms)
    row.line, row.quantity, row.expected = line, item.quantity, expected
    return row


def expense(item: Expense, terms: Matching) -> BillLine:
    """Return the bill line of an expense. Raises NotAnExpense, NoAmount, NoTaxCode."""
    account, words = item.account, item.description.strip()
    is_cost = account.kind == Account.Kind.EXPENSE and account.role not in KEPT
    if not is_cost and (account.role or account.party_required or account.open_item):
        raise NotAnExpense(f"{account} is kept by other documents: bills are not booked there.")
    _require_cents(item, words)
    if not item.net or not words:
        raise NoAmount("An expense needs an amount, and words that say what for.")
    row = _taxed(item, words, terms)
    row.account = account
    return row


def _billed(item: Goods, line: PurchaseLine, terms: Matching) -> Decimal:
    free = line.received - line.billed
    if item.quantity > free:
        raise NotReceivedYet(
            f"Of '{line.title}' {free} have come that are not billed yet, not {item.quantity}:"
            " receive the goods first."
        )
    if item.quantity > line.kept - line.owed:
        terms.differs.append(f"'{line.title}': {line.returned} went back, which it bills too.")
    before = line.worth(line.owed)
    line.billed += item.quantity
    return line.worth(line.owed) - before


def _credited(item: Goods, line: PurchaseLine) -> Decimal:
    free = min(line.returned, line.billed) - line.credited
    if item.quantity > free:
        raise NotSentBack(
            f"Of '{line.title}' {free} went back that are billed and not credited yet, not {item.quantity}."
        )
    before = line.worth(line.owed)
    line.credited += item.quantity
    return before - line.worth(line.owed)


def _taxed(item: Goods | Expense, words: str, terms: Matching) -> BillLine:
    """Return a line with its VAT: the supplier's, or what we owe ourselves for what comes from abroad."""
    own = _own_tax(item, words, terms)
    code = item.tax_code
    is_foreign = code is not None and code.country != terms.home
    return BillLine(
        description=words[:255],
        net=item.net,
        tax=item.tax,
        own_tax=own,
        lost_tax=ZERO if terms.reclaims_tax and not is_foreign else item.tax + own,
        tax_code=code,
    )


def _own_tax(item: Goods | Expense, words: str, terms: Matching) -> Decimal:
    """Return the VAT that we owe in the supplier's place (Articles 196 and 200 of Directive 2006/112/EC)."""
    code = item.tax_code
    _require_code(item, words, terms)
    if code is None:
        return ZERO
    if code.category in TaxCode.OWED_BY_US:
        return money(item.net * code.rate / 100)
    if abs(item.tax - item.net * code.rate / 100) > VAT_SLACK:
        terms.differs.append(f"'{words}': {item.tax} is not {code.rate:f} % VAT on {item.net}.")
    return ZERO


def _require_code(item: Goods | Expense, words: str, terms: Matching) -> None:
    code = item.tax_code
    if code is None:
        if item.tax:
            raise NoTaxCode(f"'{words}': choose the tax code of {item.tax} VAT.")
        return
    if code.category in OF_SALES:
        raise NoTaxCode(f"'{words}': {code} is for what we sell. Choose one for what is bought.")
    if code.category in TaxCode.OWED_BY_US and (item.tax or code.country != terms.home):
        raise NoTaxCode(f"'{words}': under {code} the supplier charges no VAT, and we owe it at home.")


def _require_cents(item: Goods | Expense, words: str) -> None:
    for amount in (item.net, item.tax):
        if not amount.is_finite() or abs(amount) > MOST_MONEY or amount != money(amount):
            raise NoAmount(f"'{words}': {amount:f} is no amount in whole cents.")
