"""What a kind of list is: its columns, what is so now, and how to write what is wanted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .cells import Column

Key = tuple[str, ...]
Facts = dict[str, str]
Change = tuple[str, str, str]  # column, from, to
Wrong = tuple[str, str, str]  # column, value, reason


@dataclass(slots=True)
class Want:
    """What a row wants to be so, what is so now (None: nothing is there yet), and what is wrong with it."""

    number: int
    key: Key
    values: Facts
    wrong: list[Wrong] = field(default_factory=list)
    before: Facts | None = None
    silent: frozenset[str] = frozenset()  # columns that are no facts, and those of the key

    @property
    def changes(self) -> list[Change]:
        """Return what would change."""
        known = self.before or {}
        return [
            (name, known.get(name, ""), value)
            for name, value in self.values.items()
            if name not in self.silent and known.get(name, "") != value
        ]

    @property
    def fate(self) -> str:
        """Return in one word what the row would do."""
        if self.wrong:
            return "refused"
        if self.before is None:
            return "new"
        return "changed" if self.changes else "same"

    def refuse(self, column: str, reason: str) -> None:
        """Say why the row cannot be taken."""
        self.wrong.append((column, self.values.get(column, ""), reason))

    def says(self, column: str) -> str:
        """Return what the row says, or else what is so."""
        return self.values.get(column, (self.before or {}).get(column, ""))


@dataclass(frozen=True, slots=True)
class Run:
    """Under which name an import writes, and which part of it; on which day, for whom, and why."""

    key: str
    part: int
    on: date
    by: Any = None
    reason: str = ""


def portions(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Yield items a few at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


class Kind:
    """A kind of list. A subclass is a table of columns and the few things that differ."""

    name: str
    title: str
    needs: str  # the permission of whoever brings it in
    columns: Sequence[Column]
    keys: tuple[str, ...] = ("sku",)
    makes_new = False
    is_whole = False  # taken as a whole or not at all
    help: str = ""

    def want(self, number: int, values: Facts) -> Want:
        """Return what a row wants by what it says."""
        silent = frozenset(column.name for column in self.columns if not column.compared)
        key = tuple(values.get(name, "") for name in self.keys)
        return Want(number, key, values, silent=silent | {*self.keys})

    def rank(self, want: Want) -> int:
        """Return 0, or 1 for a row that needs others to be written before it."""
        return 0

    def column(self, name: str) -> Column | None:
        """Return the column of a name, if this kind knows it."""
        return next((column for column in self.columns if column.name == name), None)

    def defaults(self) -> Facts:
        """Return what is meant where a file does not have a column."""
        return {}

    def hold(self, wants: Sequence[Want]) -> None:
        """Lock what is about to be written, so that what is so now stays so."""

    def now(self, keys: Iterable[Key]) -> dict[Key, Facts]:
        """Return what is so now, in the words of a file."""
        raise NotImplementedError

    def check(self, wants: Sequence[Want]) -> None:
        """Refuse the rows that cannot be; cells that cannot be read are refused already."""

    def check_all(self, wants: Sequence[Want]) -> list[Wrong]:
        """Return what is wrong with the file as a whole."""
        return []

    def write(self, wants: Sequence[Want], run: Run) -> None:
        """Make so what rows want. Raises what the chain refuses."""
        raise NotImplementedError

    def undo(self, wants: Sequence[Want], run: Run) -> None:
        """Make so again what was so before. The changes of a want are those that were made.

        Where something else has changed it since, the want is refused.
        """
        found = self.now([want.key for want in wants])
        for want in wants:
            _turn_back(want, found.get(want.key))
        good = [want for want in wants if not want.wrong]
        self.write([want for want in good if want.before is not None and want.values], run)
        self.take_away([want for want in good if not want.values], run)

    def take_away(self, wants: Sequence[Want], run: Run) -> None:
        """Remove what an import made, or hide it where it was used."""

    def everything(self) -> Iterator[Facts]:
        """Yield all there is, as rows of a file."""
        raise NotImplementedError


def _turn_back(want: Want, facts: Facts | None) -> None:
    """Turn a change that was made into the wish for what was before. A new row wants nothing any more."""
    was_new = want.before is None
    made = want.changes
    want.before = facts
    if facts is None:
        want.values = {}
        want.refuse(want_column(want), "is no longer there")
        return
    for column, _, value in made:
        if facts.get(column, "") != value:
            want.refuse(
                column, f"is {facts.get(column) or 'empty'} now, not {value or 'empty'}: changed since"
            )
    want.values = {} if was_new else {column: before for column, before, _ in made}


def want_column(want: Want) -> str:
    """Return the column to which what is wrong with a whole row belongs."""
    return next(iter(want.values), "")
