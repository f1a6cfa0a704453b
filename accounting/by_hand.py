"""What somebody may post by hand: which lines make an entry, and on which accounts.

An account that documents explain is left to them. Each unit of stock, each invoice and each payment has its
row, and the account is the sum of those rows; a line by hand would be a sum that nobody can explain.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from . import chart
from .entry import Unbalanced
from .models import Account, Party, TaxCode
from .money import CENT, ZERO, money
from .refusal import Refusal

# The role of an account that documents explain, and what is to be written instead.
BY_DOCUMENT = {
    chart.RECEIVABLE: "an invoice, a credit note or a payment",
    chart.PAYABLE: "a supplier's bill, credit note or payment",
    chart.INVENTORY: "a goods receipt, an adjustment or a stocktake",
    chart.GOODS_RECEIVED_NOT_INVOICED: "a goods receipt or a supplier's bill",
    chart.DEFERRED_REVENUE: "an invoice or a delivery note",
    chart.PREPAYMENTS: "a payment of the customer",
    chart.GIFT_CARDS: "an invoice or a payment",
    chart.CLEARING: "a payment or a payout of the provider",
    chart.CASH_CLEARING: "a payment or a payout of the carrier",
}
# Tax codes are reported: on sales by invoices alone. What is bought without a bill may name its code.
WITH_TAX_CODE = ("", chart.INPUT_VAT, chart.EXPENSES, chart.FEES)
LARGEST = Decimal(1_000_000_000_000)
MOST_LINES = 500


class KeptByDocuments(Refusal):
    """An account is the sum of documents: a line by hand would belong to none."""


class NotALine(Refusal):
    """Something that is no line of an entry: nothing, part of a cent, or beyond all measure."""


class TooFewLines(Refusal):
    """An entry has at least two lines."""


class NotInUse(Refusal):
    """An account takes no new lines."""


class WhoseLine(Refusal):
    """An account is kept by customer or supplier and a line names none, or the other way round."""


class NoTaxHere(Refusal):
    """A tax code on an account on which only papers name one, or one under which we owe the VAT."""


class OtherTax(Refusal):
    """The VAT of an entry is not what its code makes of the amounts under it."""


@dataclass(frozen=True, slots=True)
class DraftedLine:
    """An amount on an account: debit positive, credit negative."""

    account: Account
    amount: Decimal
    party: Party | None = None
    tax_code: TaxCode | None = None
    memo: str = ""


def require_sound(lines: Sequence[DraftedLine]) -> None:
    """Raise a refusal unless these lines make an entry that may be posted by hand."""
    if not 2 <= len(lines) <= MOST_LINES:
        raise TooFewLines(f"An entry has between two and {MOST_LINES} lines, not {len(lines)}.")
    for number, line in enumerate(lines, start=1):
        _require_amount(line, number)
        _require_account(line, number)
    debits = sum((line.amount for line in lines if line.amount > 0), ZERO)
    credits = -sum((line.amount for line in lines if line.amount < 0), ZERO)
    if debits != credits:
        differ = f"they differ by {abs(debits - credits):,.2f}"
        raise Unbalanced(f"Debits come to {debits:,.2f}, credits to {credits:,.2f}: {differ}.")
    _require_tax(lines)


def _require_amount(line: DraftedLine, number: int) -> None:
    amount = line.amount
    if not amount.is_finite() or not amount or abs(amount) >= LARGEST or amount != amount.quantize(CENT):
        raise NotALine(f"Line {number}: {amount} is no amount in whole cents, other than zero, that can be.")


def _require_account(line: DraftedLine, number: int) -> None:
    account = line.account
    if instead := BY_DOCUMENT.get(account.role):
        raise KeptByDocuments(
            f"Line {number}: {account} is explained by documents and takes no line by hand. Use {instead}."
        )
    if not account.active:
        raise NotInUse(f"Line {number}: {account} is out of use and takes no new lines.")
    if account.party_required and line.party is None:
        raise WhoseLine(f"Line {number}: {account} is kept by customer or supplier. Say which one.")
    if line.party and not account.party_required:
        raise WhoseLine(f"Line {number}: {account} is not kept by customer or supplier. Name none.")
    if line.tax_code and not _may_be_taxed(account, line.tax_code):
        raise NoTaxHere(
            f"Line {number}: no VAT code on {account} by hand. Sales with VAT are invoiced; what is bought"
            " names its code on the expense and on input VAT."
        )


def _may_be_taxed(account: Account, code: TaxCode) -> bool:
    is_bought = account.role in WITH_TAX_CODE and account.kind in ("asset", "expense")
    return is_bought and code.category not in TaxCode.OWED_BY_US


def _require_tax(lines: Sequence[DraftedLine]) -> None:
    """Refuse a code on a line that is neither bought nor its VAT, such as the bank's."""
    taxed = [(line.tax_code, line) for line in lines if line.tax_code]
    nets: dict[TaxCode, Decimal] = defaultdict(Decimal)
    taxes: dict[TaxCode, Decimal] = defaultdict(Decimal)
    for code, line in taxed:
        sums = taxes if line.account.role == chart.INPUT_VAT else nets
        sums[code] += line.amount
    for code in nets.keys() | taxes.keys():
        due = money(nets[code] * code.rate / 100)
        if abs(due - taxes[code]) > CENT * len(taxed):
            said = f"{due:,.2f} of VAT on {nets[code]:,.2f}, not {taxes[code]:,.2f}"
            raise OtherTax(f"{code.name}: {said}. The code stands on what was bought and on input VAT alone.")
