"""Entries by hand: drafted, where they are large agreed to by a second person, posted, and undone on a day.

A draft that is kept could be posted as it is; when it is posted all of that is looked at once more. What
documents explain (goods, what customers and suppliers owe, money on its way) is not posted by hand: see
`by_hand`. Files that prove an entry are in `attachments`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery, Sum
from django.db.transaction import atomic

from . import ledger
from .by_hand import DraftedLine, require_sound
from .models import DraftLine, EntryDraft, JournalEntry
from .money import ZERO, minor, money_value
from .periods import period_for, require_near
from .refusal import Refusal
from .sealing import sealed

State = EntryDraft.State
OPEN = (State.DRAFT, State.WAITING)


class NotNow(Refusal):
    """A draft is in no state for this."""


class NoWords(Refusal):
    """Nobody would know later what an entry was for."""


class BeforeItsDay(Refusal):
    """An entry would be undone before it is there."""


class SecondPersonNeeded(Refusal):
    """An entry above the limit is agreed to by somebody who neither drafted nor changed it."""


class ChangedMeanwhile(Refusal):
    """Somebody agrees to an entry that says something else by now."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What an entry by hand says: its day, what it is for, its lines, and on which day it is undone."""

    day: date
    memo: str
    lines: Sequence[DraftedLine]
    document_no: str = ""
    reverse_on: date | None = None


@atomic
def draft(said: Wording, *, on: date, by: Any) -> EntryDraft:
    """Keep an entry that is not yet posted.

    Raises NoWords, NoSuchYear, BeforeItsDay, what `require_sound` raises, and PeriodLocked.
    """
    _require_sense(said, on=on)
    made = EntryDraft.objects.create(**_head(said), drafted_by=by)
    _write_lines(made, said.lines)
    return made


@atomic
def change(kept: EntryDraft, said: Wording, *, on: date, by: Any) -> EntryDraft:
    """Let a draft say something else. One that waited for a second person is a draft again.

    Raises what `draft` raises, and NotNow.
    """
    held = _held(kept, OPEN)
    _require_sense(said, on=on)
    EntryDraft.objects.filter(pk=held.pk).update(**_head(said), state=State.DRAFT, changed_by=by)
    held.lines.all().delete()
    _write_lines(held, said.lines)
    held.refresh_from_db()
    return held


@atomic
def discard(kept: EntryDraft) -> None:
    """Give a draft up. It stays to be seen. Raises NotNow."""
    _held(kept, OPEN)
    EntryDraft.objects.filter(pk=kept.pk).update(state=State.DISCARDED)


@atomic
def hand_in(kept: EntryDraft, *, limit: Decimal | None, on: date, by: Any) -> EntryDraft:
    """Post a draft of at most the limit; a larger one waits for a second person. No limit: all are posted.

    Raises NotNow, and what `draft` and `ledger.post` raise.
    """
    held = _held(kept, (State.DRAFT,))
    if limit is None or turnover(held) <= limit:
        return _post(held, on=on, by=by)
    _require_sense(wording(held), on=on)
    EntryDraft.objects.filter(pk=held.pk).update(state=State.WAITING)
    held.state = State.WAITING
    return held


@atomic
def approve(kept: EntryDraft, *, on: date, by: Any, seen: str = "") -> EntryDraft:
    """Post what waited for a second person, who has `seen` what `fingerprint` says.

    Raises SecondPersonNeeded, ChangedMeanwhile, NotNow, and what `hand_in` raises.
    """
    held = _held(kept, (State.WAITING,))
    _require_second_person(held, by)
    if seen and seen != fingerprint(held):
        raise ChangedMeanwhile(f"Entry {held} was changed since you looked at it: look once more.")
    return _post(held, on=on, by=by, approved_by=by)


@atomic
def reverse_on(kept: EntryDraft, *, day: date, limit: Decimal | None, on: date, by: Any) -> EntryDraft:
    """Undo a posted entry by its mirror on a day: at once, or by the daily work when that day has come.

    Above the limit somebody does it who did not write the entry. The same day again changes nothing.
    Raises NotNow, BeforeItsDay, SecondPersonNeeded, and what `ledger.post` raises.
    """
    held = _held(kept, (State.POSTED,))
    if is_undone(held):
        raise NotNow(f"Entry {held} is undone already.")
    if limit is not None and turnover(held) > limit:
        _require_second_person(held, by)
    _require_day_of_undoing(day, held.date, on=on)
    EntryDraft.objects.filter(pk=held.pk).update(reverse_on=day)
    held.reverse_on = day
    if day <= on:
        _undo(held, by=by)
    return held


@atomic
def undo_as_planned(kept: EntryDraft, *, on: date) -> JournalEntry | None:
    """Undo a posted entry whose day has come, once. Raises what `ledger.post` raises."""
    held = EntryDraft.objects.select_for_update(of=("self",)).select_related("entry").get(pk=kept.pk)
    if held.state != State.POSTED or held.reverse_on is None or held.reverse_on > on or is_undone(held):
        return None
    return _undo(held, by=None)


def to_undo(on: date) -> Any:
    """Return the posted entries that should be undone by now and are not."""
    posted = EntryDraft.objects.filter(state=State.POSTED, reverse_on__lte=on)
    return posted.filter(entry__reversed_by=None).order_by("reverse_on", "pk")


def is_undone(kept: EntryDraft) -> bool:
    return JournalEntry.objects.filter(reverses=kept.entry_id).exists()


def turnover(kept: EntryDraft) -> Decimal:
    """Return what a draft moves: the sum of its debits."""
    return kept.lines.filter(amount__gt=money_value(0)).aggregate(sum=Sum("amount", default=ZERO))["sum"]  # type: ignore[attr-defined]


def turnover_of_each() -> Subquery:
    """Return what each of some drafts moves, for a list of them."""
    debits = DraftLine.objects.filter(draft=OuterRef("pk"), amount__gt=money_value(0)).order_by()
    return Subquery(debits.values("draft").annotate(sum=Sum("amount")).values("sum"))


def wording(kept: EntryDraft) -> Wording:
    """Return what a draft says."""
    rows = DraftLine.objects.filter(draft=kept).select_related("account", "party", "tax_code").order_by("pk")
    lines = [DraftedLine(row.account, row.amount, row.party, row.tax_code, row.memo) for row in rows]
    return Wording(kept.date, kept.memo, lines, kept.document_no, kept.reverse_on)


def fingerprint(kept: EntryDraft) -> str:
    """Return a hash of what a draft says, by which a change of it is known."""
    said = wording(kept)
    lines = [
        [
            line.account.code,
            minor(line.amount),
            line.party.key if line.party else "",
            line.tax_code.code if line.tax_code else "",
            line.memo,
        ]
        for line in said.lines
    ]
    return sealed(str(said.day), said.memo, said.document_no, str(said.reverse_on or ""), lines)


def _post(held: EntryDraft, *, on: date, by: Any, approved_by: Any = None) -> EntryDraft:
    said = wording(held)
    _require_sense(said, on=on)
    lines = [
        ledger.Line(line.account.code, line.amount, line.party, line.tax_code, None, line.memo)
        for line in said.lines
    ]
    entry = ledger.Entry(
        date=said.day,
        source_key=f"manual:{held.pk}",
        memo=said.memo,
        lines=tuple(lines),
        document_no=said.document_no,
    )
    posted = ledger.post(entry, by=by)
    held.state, held.entry, held.approved_by = State.POSTED, posted, approved_by
    EntryDraft.objects.filter(pk=held.pk).update(state=State.POSTED, entry=posted, approved_by=approved_by)
    if held.reverse_on and held.reverse_on <= on:
        _undo(held, by=by)
    return held


def _undo(held: EntryDraft, *, by: Any) -> JournalEntry:
    assert held.entry is not None
    assert held.reverse_on is not None
    return ledger.reverse(held.entry, on=held.reverse_on, by=by)


def _held(kept: EntryDraft, states: Sequence[str]) -> EntryDraft:
    held = EntryDraft.objects.select_for_update(of=("self",)).select_related("entry").get(pk=kept.pk)
    if held.state not in states:
        raise NotNow(f"Entry {held} is {held.get_state_display()}: this cannot be done with it now.")
    return held


def _require_sense(said: Wording, *, on: date) -> None:
    if not said.memo.strip():
        raise NoWords("Say what the entry is for.")
    require_near(said.day, today=on)
    require_sound(said.lines)
    period_for(said.day)
    if said.reverse_on:
        _require_day_of_undoing(said.reverse_on, said.day, on=on)


def _require_day_of_undoing(day: date, of: date, *, on: date) -> None:
    if day <= of:
        raise BeforeItsDay(f"The entry is of {of}: it is undone on a later day, not on {day}.")
    require_near(day, today=on)
    period_for(day)


def _require_second_person(held: EntryDraft, by: Any) -> None:
    if by is None or by.pk in (held.drafted_by_id, held.changed_by_id):
        raise SecondPersonNeeded(
            f"Entry {held} is above the limit: somebody decides who neither drafted nor changed it."
        )


def _head(said: Wording) -> dict[str, Any]:
    return {
        "date": said.day,
        "memo": said.memo.strip(),
        "document_no": said.document_no.strip(),
        "reverse_on": said.reverse_on,
    }


def _write_lines(kept: EntryDraft, lines: Sequence[DraftedLine]) -> None:
    DraftLine.objects.bulk_create(
        DraftLine(
            draft=kept,
            account=line.account,
            amount=line.amount,
            party=line.party,
            tax_code=line.tax_code,
            memo=line.memo,
        )
        for line in lines
    )
