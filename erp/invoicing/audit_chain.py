"""Do invoices and credit notes say what they said when they were issued? Part of `audit`."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models.functions import Length

from accounting.finding import Finding
from accounting.models import NumberSeries
from accounting.sealing import linked

from .models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, Paper
from .sealing import WORDINGS, seal_of_values

PAPERS: tuple[tuple[str, str, Any, Any], ...] = (
    ("INV", "invoice", Invoice, InvoiceLine),
    ("CN", "credit_note", CreditNote, CreditNoteLine),
)
NUMBER = re.compile(r"(\w+)-(\d{4})-(\d{6,})")


def papers_say_what_they_said() -> Iterator[str]:
    """3 Each invoice's and credit note's hash is that of the one before it and of what it says."""
    for series, name, model, line in PAPERS:
        last: dict[int, str] = defaultdict(str)
        for number, digest, key, seal in _sealed(name, model, line):
            year, place = _place(series, number)
            if digest != linked(last[year], place, seal):
                source = name.removesuffix("_note")
                yield Finding(f"{number} does not say what it said when it was issued.", f"{source}:{key}")
            last[year] = digest
        ends = dict(NumberSeries.objects.filter(series=series).values_list("year", "last_hash"))
        for year in sorted(ends.keys() | last.keys()):
            if ends.get(year, "") != last[year]:
                yield f"{series}-{year}: the last hash is not that of the last paper."


def papers_have_no_gap() -> Iterator[str]:
    """2 Invoices and credit notes count 1, 2, 3 without a gap in each year, as far as their series."""
    for series, _, model, _ in PAPERS:
        counted = dict(NumberSeries.objects.filter(series=series).values_list("year", "last_no"))
        found = defaultdict(set)
        for number in model.objects.exclude(number=None).values_list("number", flat=True).iterator():
            year, place = _place(series, number)
            found[year].add(place)
        for year in sorted(counted.keys() | found.keys()):
            last = counted.get(year, 0)
            if odd := found[year] ^ set(range(1, last + 1)):
                yield f"{series}-{year} counted to {last}: look for {series}-{year}-{min(odd):06d}."


def _place(series: str, number: str) -> tuple[int, int]:
    """Return the year and place that a number names; zeros for one that is not of the series."""
    named = NUMBER.fullmatch(number)
    return (int(named[2]), int(named[3])) if named and named[1] == series else (0, 0)


def _sealed(name: str, model: type[Paper], line: Any) -> Iterator[tuple[str, str, int, str]]:
    """Yield the number, hash, key and seal of each paper in order of numbers, as it is stored today."""
    of_paper, of_line = WORDINGS[model]
    number = f"{name}__number"
    lines = line.objects.exclude(**{number: None}).order_by(Length(number), number, "position", "pk")
    rows = lines.values_list(name, *of_line.columns).iterator(chunk_size=5000)
    by_paper = groupby(rows, key=itemgetter(0))
    upcoming: Any = next(by_paper, None)
    papers = model._default_manager.exclude(number=None).order_by(Length("number"), "number")
    for place, digest, *said in papers.values_list("number", "hash", *of_paper.columns).iterator():
        key, its_lines = said[0], []
        if upcoming and upcoming[0] == key:
            its_lines = [row[1:] for row in upcoming[1]]
            upcoming = next(by_paper, None)
        yield place, digest, key, seal_of_values(model, said, its_lines)
