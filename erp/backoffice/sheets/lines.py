"""Journal lines as cells that lead to entry, document, order and customer. Orders are looked up together."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from accounting.models import Account, JournalLine

from .. import behind, links
from .asking import Span, url_of
from .sheet import Link, Row

BATCH = 500  # lines of a file whose orders are looked up together

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cells:
    """What a line says, each with its way on."""

    entry: Link
    document: Link
    order: Link | None
    party: Link | None
    memo: str


def told(lines: Sequence[JournalLine]) -> list[Cells]:
    """Return the cells of each line."""
    orders = behind.orders({line.entry.source_key for line in lines})
    return [_cells(line, orders.get(line.entry.source_key)) for line in lines]


def ledger_url(account: Account, span: Span) -> str:
    """Return the address of an account's lines of some days."""
    return url_of("general-ledger", account=account.code, start=span.start, end=span.end)


def in_batches(things: Iterable[T], rows: Callable[[list[T]], Iterable[Row]]) -> Iterator[Row]:
    """Yield rows of things that come one by one, made from some at once."""
    rest = iter(things)
    while batch := list(islice(rest, BATCH)):
        yield from rows(batch)


def _cells(line: JournalLine, order: Any) -> Cells:
    entry = line.entry
    return Cells(
        Link(str(entry), links.page_of(entry)),
        Link(entry.document_no or _kind(entry.source_key), links.url_of_source(entry.source_key)),
        Link(order.number, links.page_of(order)) if order else None,
        Link(line.party.name, links.page_of(line.party)) if line.party else None,
        line.memo or entry.memo,
    )


def _kind(source_key: str) -> str:
    """Return what kind of thing caused an entry, where it has no number: payment, adjustment, payout."""
    return source_key.partition(":")[0].replace("-", " ")
