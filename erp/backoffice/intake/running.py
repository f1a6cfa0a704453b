"""Applies an import, and undoes it: in the background, some rows a transaction, so that it can be killed.

All or nothing is one transaction. Good rows only is many: what is taken is written down with it, and a run
that was killed goes on with the next row. What a preview showed is looked at once more under locks.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from auditlog.context import set_actor
from django.db.models import Count
from django.db.transaction import atomic
from django.utils import timezone

from accounting.refusal import Refusal
from erp.documents import outbox
from erp.documents.outbox import effect

from ..models import DataImport, DataRow
from .judging import compare
from .kind import Kind, Run, Want, portions
from .kinds import KINDS
from .previewing import AT_ONCE, same_file

State, Mode, Fate = DataImport.State, DataImport.Mode, DataRow.Fate
Take = Callable[[Sequence[Want]], None]


class NothingToDo(Refusal):
    """No row would change anything."""


class RowsRefused(Refusal):
    """All rows are wanted or none, and some cannot be taken."""


class HereAlready(Refusal):
    """The very same file was imported before."""


@atomic
def accept(kept: DataImport, *, mode: str, by: Any = None) -> None:
    """Have an import applied in the background.

    Raises RowsRefused, NothingToDo, HereAlready, IllegalTransition.
    """
    fates = dict(kept.rows.values_list("fate").annotate(Count("pk")).order_by())
    kind = KINDS[kept.kind]
    refused = fates.get(Fate.REFUSED, 0)
    if kind.is_whole and (before := same_file(kept)):
        raise HereAlready(f"The same file was imported already: import {before}.")
    if kept.wrong or (refused and (mode == Mode.ALL or kind.is_whole)):
        why = kept.wrong[0][2] if kept.wrong else f"{refused} of its rows are refused"
        raise RowsRefused(f"Nothing of {kept.name} can be imported: {why}.")
    if not fates.get(Fate.NEW, 0) + fates.get(Fate.CHANGED, 0):
        raise NothingToDo("No row of it would change anything.")
    kept.move_to(State.RUNNING, mode=Mode.ALL if kind.is_whole else mode, user=by or kept.user)
    outbox.enqueue([_effect(kept, 0)])


@atomic
def discard(kept: DataImport) -> None:
    """Give up an import that was only looked at."""
    kept.move_to(State.DISCARDED)
    kept.rows.all().delete()


@atomic
def undo(kept: DataImport) -> None:
    """Have what an import did undone in the background. Raises IllegalTransition."""
    kept.move_to(State.UNDOING, why="")
    outbox.enqueue([_effect(kept, 0)])


def go_on(payload: dict[str, Any], *, now: datetime) -> None:
    """Do the next part of an import, in the background."""
    work(payload["data_import"], on=timezone.localdate(now))


@atomic
def work(pk: int, *, on: date) -> bool:
    """Do the next part of an import; return whether there is more. Doing it twice is doing it once."""
    kept = DataImport.objects.select_for_update(of=("self",)).get(pk=pk)
    with set_actor(kept.user):
        return _worked(kept, on)


def _worked(kept: DataImport, on: date) -> bool:
    if kept.state == State.RUNNING:
        rows = kept.rows.filter(fate__in=(Fate.NEW, Fate.CHANGED), is_taken=False).order_by("rank", "number")
        return _all(kept, rows, on) if kept.mode == Mode.ALL else _some(kept, rows, on)
    if kept.state == State.UNDOING:
        rows = kept.rows.filter(is_taken=True, is_undone=False, wrong=[]).order_by("-rank", "-number")
        return _back(kept, rows, on)
    return False


def _all(kept: DataImport, rows: Any, on: date) -> bool:
    kind = KINDS[kept.kind]
    everything = list(rows)
    size = max(len(everything), 1) if kind.is_whole else AT_ONCE
    try:
        with atomic():
            for some in portions(everything, size):
                wants = _wants(kind, some)
                if wrong := next((want for want in wants if want.wrong), None):
                    column, _, reason = wrong.wrong[0]
                    raise RowsRefused(f"Row {wrong.number}: {column} {reason}.")
                kind.write(wants, _run(kept, some[0].number, on))
            kept.rows.filter(pk__in=rows.values("pk")).update(is_taken=True)
    except Refusal as refusal:
        kept.move_to(State.STOPPED, why=str(refusal)[:500], finished_at=timezone.now())
        return False
    return _done(kept, State.DONE)


def _some(kept: DataImport, rows: Any, on: date) -> bool:
    kind = KINDS[kept.kind]
    some = list(rows[:AT_ONCE])
    wants = _wants(kind, some)
    _take(wants, lambda good: kind.write(good, _run(kept, good[0].number, on)))
    for row, want in zip(some, wants, strict=True):
        row.wrong, row.is_taken = want.wrong, not want.wrong
        row.fate = Fate.REFUSED if want.wrong else row.fate
    DataRow.objects.bulk_update(some, ["wrong", "is_taken", "fate"], batch_size=AT_ONCE)
    return _more(kept, rows, some) or _done(kept, State.DONE)


def _back(kept: DataImport, rows: Any, on: date) -> bool:
    kind = KINDS[kept.kind]
    some = list(rows) if kind.is_whole else list(rows[:AT_ONCE])
    wants = [_made(kind, row) for row in some]

    def turn(good: Sequence[Want]) -> None:
        kind.undo(good, _run(kept, good[0].number, on, key=f"{kept.source_key}:undo"))

    _take(wants, turn)
    stuck = kind.is_whole and next((want.wrong[0] for want in wants if want.wrong), None)
    for row, want in zip(some, wants, strict=True):
        row.wrong, row.is_undone = ([] if stuck else want.wrong), not (want.wrong or stuck)
    DataRow.objects.bulk_update(some, ["wrong", "is_undone"], batch_size=AT_ONCE)
    if stuck:
        return _done(kept, State.DONE, why=f"It cannot be undone: {' '.join(filter(None, stuck[1:]))}.")
    return _more(kept, rows, some) or _done(kept, State.UNDONE)


def _take(wants: Sequence[Want], take: Take) -> None:
    """Do what is not refused, together. Where the chain refuses, one by one, and refuse those it refuses."""
    good = [want for want in wants if not want.wrong]
    if not good:
        return
    saved = [(want.before, dict(want.values)) for want in good]
    try:
        with atomic():
            take(good)
    except Refusal as refusal:
        for want, (before, values) in zip(good, saved, strict=True):
            want.before, want.values, want.wrong = before, values, []
        if len(good) == 1:
            good[0].wrong = [("", "", str(refusal))]
            return
        for want in good:
            _take([want], take)


def _wants(kind: Kind, rows: Sequence[DataRow]) -> list[Want]:
    """Return what rows want as it is by now. One that would do something else than it showed is refused."""
    wants = [kind.want(row.number, dict(row.values)) for row in rows]
    kind.hold(wants)
    compare(kind, wants)
    for want, row in zip(wants, rows, strict=True):
        # What is stored as JSON has its values in another order on PostgreSQL.
        shown, wanted = {tuple(change) for change in row.changes}, {*want.changes}
        if not want.wrong and (wanted, want.fate) != (shown, row.fate):
            column, *_ = next(iter(sorted(wanted ^ shown)), (kind.keys[0], "", ""))
            now = (want.before or {}).get(column, "")
            want.refuse(column, f"is {now or 'empty'} now, which is not what the preview showed")
    return wants


def _made(kind: Kind, row: DataRow) -> Want:
    """Return a row as the change that it made."""
    want = kind.want(row.number, dict(row.values))
    if row.fate == Fate.CHANGED:
        want.before = {column: before for column, before, _ in row.changes}
        keys = {name: value for name, value in want.values.items() if name in kind.keys}
        want.values = keys | {column: after for column, _, after in row.changes}
    return want


def _more(kept: DataImport, rows: Any, some: Sequence[DataRow]) -> bool:
    if not rows.exists():
        return False
    outbox.enqueue([_effect(kept, some[-1].number)])
    return True


def _done(kept: DataImport, state: str, *, why: str = "") -> bool:
    kept.move_to(state, why=why[:500], finished_at=timezone.now())
    return False


def _run(kept: DataImport, part: int, on: date, *, key: str = "") -> Run:
    return Run(key or kept.source_key, part, on, kept.user, f"Import {kept.pk}: {kept.name}"[:200])


def _effect(kept: DataImport, after: int) -> Any:
    """Return the next part to be done. What could not be undone may be tried again: that is another time."""
    last = kept.finished_at.isoformat() if kept.finished_at else "new"
    return effect(f"{kept.source_key}:{kept.state}:{last}:{after}", "import", data_import=kept.pk)
