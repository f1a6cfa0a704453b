"""What is owed and what settles it: open items and their allocations. `ledger` names these as its own."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from .bulk import insert_rows
from .inside import inside_transaction
from .models import Allocation, JournalEntry, JournalLine, OpenItem
from .money import ZERO, minor
from .refusal import Refusal

ALLOCATE = """
    INSERT INTO accounting_allocation (debit_item_id, credit_item_id, amount, date, key)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING id
"""
REDUCE = """
    UPDATE accounting_openitem SET residual = residual - CASE WHEN id = %s THEN %s ELSE %s END
    WHERE id IN (%s, %s)
"""

REDUCE_EACH = """
    UPDATE accounting_openitem SET residual = residual - v.column2
    FROM (VALUES {}) AS v WHERE id = v.column1
"""


class MoreThanIsOpen(Refusal):
    """An amount is larger than what is left to settle."""


class NoOpenItem(Refusal):
    """No debit and credit of these entries can settle each other, or more than one could."""


class AlreadyAllocated(Refusal):
    """The key of an allocation was used for another one."""


def open_item(source_key: str) -> OpenItem:
    """Return the open item of an entry, by the entry's source key. Raises NoOpenItem unless there is one."""
    found = list(_items(source_key))
    if len(found) != 1:
        raise NoOpenItem(f"{source_key} has {len(found)} open items.")
    return found[0]


def allocate(
    debit: OpenItem | JournalLine, credit: OpenItem | JournalLine, amount: Decimal, *, on: date, key: str
) -> Allocation:
    """Settle an amount of a debit by a credit of the same account and party.

    The same key with the same figures gives the allocation there is.
    Raises MoreThanIsOpen, AlreadyAllocated.
    """
    inside_transaction()
    wanted = [item if isinstance(item, OpenItem) else item.open_item for item in (debit, credit)]
    items = OpenItem.objects.filter(pk__in=[item.pk for item in wanted]).select_related("line")
    locked = {item.pk: item for item in _locked(items)}
    return _allocate(locked[wanted[0].pk], locked[wanted[1].pk], amount, on=on, key=key)


def allocate_entries(debit_key: str, credit_key: str, amount: Decimal, *, on: date, key: str) -> Allocation:
    """As `allocate`, between the open items of two entries. Raises NoOpenItem where the pair is not clear."""
    inside_transaction()
    items = _locked(_items(debit_key, credit_key))
    pairs = [
        (debit, credit)
        for debit in items
        for credit in items
        if debit.line.entry.source_key == debit_key
        and credit.line.entry.source_key == credit_key
        and _settle_each_other(debit, credit)
    ]
    if len(pairs) != 1:
        raise NoOpenItem(f"{debit_key} and {credit_key} have {len(pairs)} pairs of items to settle.")
    return _allocate(*pairs[0], amount, on=on, key=key)


def owed(source_keys: Iterable[str] | QuerySet) -> dict[str, OpenItem]:
    """Lock what is still open of some entries, the oldest first, by the entries' source keys."""
    inside_transaction()
    items = OpenItem.objects.filter(line__entry__source_key__in=source_keys).exclude(residual=0)
    return {item.line.entry.source_key: item for item in _locked(items.select_related("line__entry"))}


def settle(posted: JournalEntry, shares: Sequence[tuple[OpenItem, Decimal]], *, on: date) -> None:
    """Settle items that are held by the one open item of an entry just posted. Two statements.

    Nothing is settled before it was there: an item of a later day is settled on that day.
    Raises NoOpenItem, MoreThanIsOpen.
    """
    inside_transaction()
    if not shares:
        return
    if len(posted.open_items) != 1:
        raise NoOpenItem(f"{posted.source_key} has {len(posted.open_items)} open items.")
    own = posted.open_items[0]
    rows, changes = [], []
    for item, amount in shares:
        if not ZERO < amount <= abs(item.residual):
            raise MoreThanIsOpen(f"Only {abs(item.residual)} is left to settle, not {amount}.")
        sides = (item.pk, own) if item.original > 0 else (own, item.pk)
        day = max(on, posted.date, item.line.date)
        rows.append((*sides, minor(amount), day, f"{posted.source_key}:{item.pk}"))
        changes.append((item.pk, minor(amount) if item.original > 0 else -minor(amount)))
    changes.append((own, -sum(change for _, change in changes)))
    insert_rows(Allocation, ("debit_item_id", "credit_item_id", "amount", "date", "key"), rows)
    values = ", ".join(["(CAST(%s AS bigint), CAST(%s AS bigint))"] * len(changes))
    with connection.cursor() as cursor:
        cursor.execute(REDUCE_EACH.format(values), [value for change in changes for value in change])


def close_pairs(posted: JournalEntry, reversal: JournalEntry, *, on: date) -> None:
    """Settle what is still open of an entry by its mirror, line by line."""
    items = _locked(_items(posted.source_key, reversal.source_key))
    mirrored = {item.line.line_no: item for item in items if item.line.entry_id == reversal.pk}
    for item in items:
        mirror = mirrored.get(item.line.line_no)
        if item.line.entry_id != posted.pk or mirror is None or not item.residual:
            continue
        amount = min(abs(item.residual), abs(mirror.residual))
        debit, credit = (item, mirror) if item.original > 0 else (mirror, item)
        if amount:
            _allocate(debit, credit, amount, on=on, key=f"{reversal.source_key}:{item.line.line_no}")


def _items(*source_keys: str) -> QuerySet[OpenItem]:
    return OpenItem.objects.filter(line__entry__source_key__in=source_keys).select_related("line__entry")


def _locked(items: QuerySet[OpenItem]) -> list[OpenItem]:
    """Lock in order of key, so that two who settle the same items cannot block each other."""
    return list(items.select_for_update(of=("self",), no_key=True).order_by("pk"))


def _settle_each_other(debit: OpenItem, credit: OpenItem) -> bool:
    return (
        debit.original > 0 > credit.original
        and debit.line.account_id == credit.line.account_id
        and debit.line.party_id == credit.line.party_id
    )


def _allocate(debit: OpenItem, credit: OpenItem, amount: Decimal, *, on: date, key: str) -> Allocation:
    if amount <= 0 or not debit.original > 0 > credit.original:
        raise ValueError(f"{key}: a positive amount settles a debit by a credit")
    if min(debit.residual, -credit.residual) < amount:
        return _allocated_before(debit, credit, amount, key)
    day = max(on, debit.line.date, credit.line.date)  # nothing is settled before it was there
    allocation = Allocation(debit_item=debit, credit_item=credit, amount=amount, date=day, key=key)
    with connection.cursor() as cursor:
        cursor.execute(ALLOCATE, [debit.pk, credit.pk, minor(amount), day, key])
        rows = cursor.fetchall()
        if not rows:
            return _allocated_before(debit, credit, amount, key)
        cursor.execute(REDUCE, [debit.pk, minor(amount), -minor(amount), debit.pk, credit.pk])
    allocation.pk, allocation._state.adding = rows[0][0], False
    debit.residual -= amount
    credit.residual += amount
    return allocation


def _allocated_before(debit: OpenItem, credit: OpenItem, amount: Decimal, key: str) -> Allocation:
    before = Allocation.objects.filter(key=key).first()
    if before is None:
        left = min(debit.residual, -credit.residual)
        raise MoreThanIsOpen(f"Only {left} is left to settle, not {amount}.")
    if (before.debit_item_id, before.credit_item_id, before.amount) != (debit.pk, credit.pk, amount):
        raise AlreadyAllocated(f"{key} settled {before.amount} of other items already.")
    return before
