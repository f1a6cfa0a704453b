"""Finds numbers of orders, invoices and payments in what people write with a transfer.

They leave out dashes, write small letters, and banks break long words. Yet a number is found as a whole
word only: AB-1 does not stand in AB-12, nor 2026-1 in 2026-12.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import Func, QuerySet, Value
from django.db.models.functions import Replace, Upper
from oscar.core.loading import get_model

from erp.invoicing.models import CreditNote, Invoice, Payment

Order = get_model("order", "Order")

WORD = re.compile(r"[^\W_]+")
# Between digits these belong to the number, or to an amount or a date: no word ends there.
GLUE = {"-", ".", ","}
LONGEST = 40
MOST_WORDS = 8
SHORTEST = 3
AT_ONCE = 5000
LONGEST_TEXT = 2000
IGNORED = (" ", "-", "_", "/", ".", ":", "#")


class Candidate(NamedTuple):
    """What could be a number: where it stands in the text, and its letters and digits."""

    start: int
    end: int
    word: str


def compact(number: str) -> str:
    """Return a number without all that people leave out."""
    return "".join(WORD.findall(number)).upper()


def candidates(text: str) -> Iterator[Candidate]:
    """Yield what could be a number in a text. The longest come first."""
    text = text[:LONGEST_TEXT]
    words = list(WORD.finditer(text))
    fits = [not _is_glued(text, before, after) for before, after in pairwise(words)]
    starts, ends = [True, *fits], [*fits, True]
    for length in range(min(MOST_WORDS, len(words)), 0, -1):
        for first in range(len(words) - length + 1):
            last = first + length - 1
            joined = "".join(word.group() for word in words[first : last + 1]).upper()
            if starts[first] and ends[last] and SHORTEST <= len(joined) <= LONGEST:
                yield Candidate(words[first].start(), words[last].end(), joined)


def find(texts: Iterable[str]) -> dict[str, dict[str, set[int]]]:
    """Return for each text which numbers stand in it, each with the orders it means."""
    pieces = {text: list(candidates(text)) for text in texts if text}
    wanted = {found.word for row in pieces.values() for found in row if any(map(str.isdigit, found.word))}
    known = _known(wanted)
    return {text: dict(_named(text, found, known)) for text, found in pieces.items()}


def _named(text: str, found: Iterable[Candidate], known: dict[str, set[int]]) -> Iterator:
    """Yield the numbers that are known, but not the tail of an invoice's number as an order's."""
    longer: list[Candidate] = []
    for candidate in found:
        if candidate.word in known and not any(_is_part(text, candidate, other) for other in longer):
            longer.append(candidate)
            yield candidate.word, known[candidate.word]


def _is_part(text: str, candidate: Candidate, other: Candidate) -> bool:
    """Whether it is cut out of a longer number, and not just followed or preceded by another word."""
    inside = other.start <= candidate.start and candidate.end <= other.end
    cut_left = candidate.start > other.start and not text[candidate.start - 1].isspace()
    cut_right = candidate.end < other.end and not text[candidate.end].isspace()
    return inside and (cut_left or cut_right or (candidate.start, candidate.end) == (other.start, other.end))


def _known(wanted: set[str]) -> dict[str, set[int]]:
    """Return the orders that some words name, by number of order, invoice, credit note or payment."""
    known: dict[str, set[int]] = defaultdict(set)
    for rows, number, order in _sources():
        named = rows.annotate(compact=_without(number))
        for start in range(0, len(wanted), AT_ONCE):
            part = sorted(wanted)[start : start + AT_ONCE]
            for word, key in named.filter(compact__in=part).values_list("compact", order):
                if key:
                    known[word].add(key)
    return known


def _sources() -> Iterator[tuple[QuerySet[Any], str, str]]:
    yield Order.objects.all(), "number", "pk"
    yield Invoice.objects.exclude(number=None), "number", "order_id"
    yield CreditNote.objects.exclude(number=None), "number", "order_id"
    yield Payment.objects.exclude(order=None), "reference", "order_id"


def _without(field: str) -> Func:
    """Return a column as `compact` writes it, for the characters that our numbers have."""
    expression: Any = Upper(field)
    for character in IGNORED:
        expression = Replace(expression, Value(character))
    return expression


def _is_glued(text: str, before: re.Match, after: re.Match) -> bool:
    between = text[before.end() : after.start()]
    return between in GLUE and before.group()[-1].isdigit() and after.group()[0].isdigit()
