"""Compares what a file wants with what is so: each row becomes a want, with its change or what is wrong."""

from collections import defaultdict
from collections.abc import Sequence

from .cells import BadCell, Column, meaning
from .kind import Key, Kind, Want, Wrong
from .reading import Raw, Unreadable

SHOWN = 80


def columns_of(kind: Kind, header: Sequence[str]) -> list[Column | None]:
    """Return the column for each heading; None for one that is not known. Raises Unreadable."""
    found = [kind.column(name) for name in header]
    names = {column.name for column in found if column}
    said = kind.defaults()
    wanted = [column.name for column in kind.columns if column.is_required or column.name in kind.keys]
    if absent := [name for name in wanted if name not in names and name not in said]:
        raise Unreadable(
            f"The file has no column {', '.join(absent)}; it has {', '.join(filter(None, header))[:200]}.",
            row=1,
            column=absent[0],
        )
    return found


def judge(kind: Kind, header: Sequence[str], rows: Sequence[Raw]) -> list[Want]:
    """Return what each row wants, compared with what is so now."""
    columns = columns_of(kind, header)
    wants = [_want(kind, columns, row, width=len(header)) for row in rows]
    _refuse_repeated(kind, wants)
    compare(kind, wants)
    return wants


def compare(kind: Kind, wants: Sequence[Want]) -> None:
    """Look up what is so now, and have the kind check what is wanted."""
    found = kind.now({want.key for want in wants if any(want.key)})
    for want in wants:
        want.before = found.get(want.key)
        if want.before is None and not kind.makes_new and all(want.key):
            want.refuse(kind.keys[-1], "is not known here")
    kind.check([want for want in wants if not want.wrong])


def _want(kind: Kind, columns: Sequence[Column | None], row: Raw, *, width: int) -> Want:
    values, wrong = dict(kind.defaults()), list[Wrong]()
    if len(row.cells) > width:
        wrong.append(("", row.cells[width][:SHOWN], f"{len(row.cells)} cells where the header has {width}"))
    for column, words in zip(columns, row.cells, strict=False):
        if column is None or column.told:
            continue
        try:
            said = meaning(column, words)
        except BadCell as bad:
            wrong.append((column.name, words[:SHOWN], str(bad)))
            said = ""
        if said or column.name not in kind.defaults():
            values[column.name] = said
    want = kind.want(row.number, values)
    want.wrong = wrong
    return want


def _refuse_repeated(kind: Kind, wants: Sequence[Want]) -> None:
    """Refuse all rows of a key that comes more than once: nobody knows which of them is right."""
    rows: dict[Key, list[Want]] = defaultdict(list)
    for want in wants:
        if all(want.key):
            rows[want.key].append(want)
    for same in rows.values():
        for want in same[1:] and same:
            others = [str(other.number) for other in same if other is not want]
            where = ", ".join(others[:5])
            want.refuse(kind.keys[0], f"is in row {where} as well: which of them is right?")
