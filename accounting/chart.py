"""The chart of accounts: roles by which posting rules name accounts, and the seed that makes it.

The accounts themselves are data, in charts/. Rates of tax are looked up elsewhere: here are only their codes.
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q

from .models import Account, TaxCode
from .refusal import Refusal

RECEIVABLE = "RECEIVABLE"
PAYABLE = "PAYABLE"
BANK = "BANK"
CLEARING = "CLEARING"
CASH_CLEARING = "CASH_CLEARING"
INVENTORY = "INVENTORY"
GOODS_RECEIVED_NOT_INVOICED = "GOODS_RECEIVED_NOT_INVOICED"
VAT_PAYABLE = "VAT_PAYABLE"
INPUT_VAT = "INPUT_VAT"
DEFERRED_REVENUE = "DEFERRED_REVENUE"
PREPAYMENTS = "PREPAYMENTS"
GIFT_CARDS = "GIFT_CARDS"
REVENUE = "REVENUE"
SHIPPING_INCOME = "SHIPPING_INCOME"
RETURNS = "RETURNS"
COST_OF_GOODS_SOLD = "COST_OF_GOODS_SOLD"
SHRINKAGE = "SHRINKAGE"
WRITE_OFF = "WRITE_OFF"
PRICE_VARIANCE = "PRICE_VARIANCE"
FEES = "FEES"
BAD_DEBT = "BAD_DEBT"
ROUNDING = "ROUNDING"
OPENING_BALANCES = "OPENING_BALANCES"
RETAINED_EARNINGS = "RETAINED_EARNINGS"
EXPENSES = "EXPENSES"

CHARTS = Path(__file__).parent / "charts"


class UnknownAccount(Refusal):
    """An entry names an account that is not in the chart, or no longer in use."""


def accounts(names: Iterable[str]) -> dict[str, Account]:
    """Return the accounts by the roles or codes asked for, in one query. Raises UnknownAccount."""
    wanted = set(names)
    found: dict[str, Account] = {}
    for account in Account.objects.filter(Q(role__in=wanted) | Q(code__in=wanted), active=True):
        found[account.role] = found[account.code] = account
    found.pop("", None)  # Many accounts have no role: that is no name.
    if missing := wanted - found.keys():
        raise UnknownAccount(f"The chart has no active account for {', '.join(sorted(missing))}.")
    return found


def account(name: str) -> Account:
    """Return an account by its role or code, in use or not, to read what it holds. Raises UnknownAccount."""
    found = Account.objects.filter(Q(role=name) | Q(code=name)).first()
    if found is None:
        raise UnknownAccount(f"The chart has no account for {name}.")
    return found


def seed(using: str = DEFAULT_DB_ALIAS) -> None:
    """Add the accounts and tax codes of the chosen chart that are missing. Changes none that are there."""
    Account.objects.using(using).bulk_create(
        [Account(**row) for row in _rows(settings.CHART_OF_ACCOUNTS)], ignore_conflicts=True
    )
    TaxCode.objects.using(using).bulk_create(
        [TaxCode(**row | {"valid_to": row["valid_to"] or None}) for row in _rows("tax_codes")],
        ignore_conflicts=True,
    )


def _rows(name: str) -> Iterator[dict]:
    with (CHARTS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
