"""The chart of accounts: roles by which posting rules name accounts, the seed that makes it, and its changes.

The accounts themselves are data, in charts/. Rates of tax are looked up elsewhere: here are only their codes.
What gives lines their meaning (code, kind, role) stays as it is once an account has lines.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import ProtectedError, Q
from django.db.transaction import atomic

from .models import Account, JournalLine, TaxCode
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


CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z .-]{0,19}")


class UnknownAccount(Refusal):
    """An entry names an account that is not in the chart, or no longer in use."""


class NotAnAccount(Refusal):
    """Something without a proper code, name or kind."""


class CodeTaken(Refusal):
    """An account has this code already."""


class InUse(Refusal):
    """An account has lines, a role or papers that need it as it is."""


class OtherKind(Refusal):
    """An account cannot play a role, for it is of another kind."""


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
    """Begin the chosen chart, and add the tax codes that are missing. Changes none that are there.

    A chart that was begun is its company's own: it only gets accounts for roles that nobody has, such as
    those of a new version. What was deleted stays deleted.
    """
    rows = list(_rows(settings.CHART_OF_ACCOUNTS))
    here = Account.objects.using(using)
    if here.exists():
        taken = set(here.exclude(role="").values_list("role", flat=True))
        rows = [row for row in rows if row["role"] and row["role"] not in taken]
    here.bulk_create([Account(**row) for row in rows], ignore_conflicts=True)
    TaxCode.objects.using(using).bulk_create(
        [TaxCode(**row | {"valid_to": row["valid_to"] or None}) for row in _rows("tax_codes")],
        ignore_conflicts=True,
    )


def _rows(name: str) -> Iterator[dict]:
    with (CHARTS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


@atomic
def add(code: str, *, name: str, kind: str, group: str = "", party_required: bool = False) -> Account:
    """Add an account of a company's own. Raises NotAnAccount, CodeTaken."""
    code, name = code.strip(), name.strip()
    if not CODE.fullmatch(code) or not name or kind not in Account.Kind.values:
        raise NotAnAccount(
            "An account has a code of at most 20 letters and digits, a name, and one of the kinds "
            f"{', '.join(Account.Kind.values)}."
        )
    _require_heading(group, kind)
    account, is_new = Account.objects.get_or_create(
        code=code, defaults={"name": name, "kind": kind, "group": group, "party_required": party_required}
    )
    if not is_new:
        raise CodeTaken(f"There is an account {account} already.")
    return account


@atomic
def change(account: Account, *, code: str = "", kind: str = "", **said: str) -> None:
    """Give an account another name or group, and while it has no lines another code or kind.

    Raises InUse, NotAnAccount, CodeTaken.
    """
    held = _held(account)
    wanted = {"code": code.strip() or held.code, "kind": kind or held.kind, "name": held.name} | said
    if (wanted["code"], wanted["kind"]) != (held.code, held.kind):
        _require_unused(held, "it keeps its code and its kind")
    if wanted["kind"] != held.kind and held.role:
        raise InUse(f"{held} is {held.role} to the posting rules: it stays of the kind {held.kind}.")
    if not CODE.fullmatch(wanted["code"]) or wanted["kind"] not in Account.Kind.values or not wanted["name"]:
        raise NotAnAccount("An account has a code of letters and digits, a known kind, and a name.")
    if Account.objects.filter(code=wanted["code"]).exclude(pk=held.pk).exists():
        raise CodeTaken(f"There is another account {wanted['code']} already.")
    if said.get("group", held.group) != held.group or wanted["kind"] != held.kind:
        _require_heading(said.get("group", held.group), wanted["kind"])
    _write(held, **wanted)


@atomic
def use(account: Account) -> None:
    """Let an account take new lines again."""
    _write(_held(account), active=True)


@atomic
def retire(account: Account) -> None:
    """Let an account take no new lines. What is on it stays. Raises InUse while it has a role."""
    held = _held(account)
    _require_no_role(held, "it cannot be taken out of use")
    _write(held, active=False)


@atomic
def delete(account: Account) -> None:
    """Remove an account that nothing ever named. Raises InUse."""
    held = _held(account)
    _require_no_role(held, "it cannot be deleted")
    _require_unused(held, "it cannot be deleted; take it out of use instead")
    try:
        held.delete()
    except ProtectedError as error:
        raise InUse(f"{held} is named by drafts or documents: take it out of use instead.") from error


@atomic
def move_role(role: str, *, to: Account) -> None:
    """Let another account of the same kind play a role, while neither has lines.

    Checks and reports read what a role's account holds: with lines left behind, or found there, they
    would say something else than the documents. Raises UnknownAccount, InUse, OtherKind.
    """
    old, new = account(role), to
    held = {row.pk: row for row in Account.objects.select_for_update().filter(pk__in=[old.pk, new.pk])}
    old, new = held[old.pk], held[new.pk]
    if old == new:
        return
    _require_no_role(new, "it can play no other role")
    for one in (old, new):
        _require_unused(one, f"the role {role} cannot be moved")
    if (old.kind, True) != (new.kind, new.active):
        raise OtherKind(f"{role} needs an account of the kind {old.kind} that is in use: {new} is not one.")
    _write(old, role="")
    _write(new, role=role, party_required=old.party_required, open_item=old.open_item)


def _held(account: Account) -> Account:
    return Account.objects.select_for_update().get(pk=account.pk)


def _write(account: Account, **changes: Any) -> None:
    """Change an account by itself, not by a query: so the log of changes hears of it."""
    for name, value in changes.items():
        setattr(account, name, value)
    account.save(update_fields=list(changes))


def _require_heading(group: str, kind: str) -> None:
    """Refuse a heading under which only accounts of other kinds stand."""
    kinds = set(Account.objects.filter(group=group).values_list("kind", flat=True)) if group else set()
    if kinds and kind not in kinds:
        raise NotAnAccount(f"'{group}' is a heading of accounts of the kind {', '.join(sorted(kinds))}.")


def _require_no_role(account: Account, so: str) -> None:
    if account.role:
        raise InUse(f"{account} is {account.role} to the posting rules: {so}.")


def _require_unused(account: Account, so: str) -> None:
    if JournalLine.objects.filter(account=account).exists():
        raise InUse(f"{account} has lines in the books: {so}.")
