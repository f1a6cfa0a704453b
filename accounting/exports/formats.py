"""All formats, in the order in which they are offered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from . import beancount, datev, fec, gl, hledger, quickbooks, trial_balance, xero
from .asked import Asked, NotForThisFormat
from .part import Part

WAYS = {"bom": "a mark of UTF-8", "comma": "decimal commas", "utf8": "another encoding"}


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: what it is, the parts it has, and in which other ways it can be written.

    `zip_name` is what several parts are called together.
    """

    title: str
    about: str
    parts: Callable[[Asked], Iterable[Part]]
    zip_name: str = ""
    ways: frozenset[str] = frozenset()

    def parts_of(self, asked: Asked) -> Iterable[Part]:
        """Return the parts of what is asked. Raises NotForThisFormat."""
        for way in WAYS.keys() - self.ways:
            if getattr(asked, way):
                raise NotForThisFormat(f"{self.title} cannot be written with {WAYS[way]}.")
        return self.parts(asked)


def _csv(name: str, write: Callable[..., int]) -> Callable[[Asked], list[Part]]:
    """Return the one part of a CSV for people."""

    def parts(asked: Asked) -> list[Part]:
        write_it = partial(write, start=asked.start, end=asked.end, comma=asked.comma)
        return [Part(name, write_it, "utf-8-sig" if asked.bom else "utf-8")]

    return parts


def _one(name: str, write: Callable[..., int]) -> Callable[[Asked], list[Part]]:
    """Return the one part of a file for a program."""
    return lambda asked: [Part(name, partial(write, start=asked.start, end=asked.end))]


FOR_PEOPLE = frozenset({"bom", "comma"})
FORMATS = {
    "gl": Format(
        "General ledger",
        "CSV: every posted line with its account, party, document, tax code and hash.",
        _csv("gl.csv", gl.write),
        ways=FOR_PEOPLE,
    ),
    "trial-balance": Format(
        "Trial balance",
        "CSV: every account with its opening, its turnover and its closing.",
        _csv("trial_balance.csv", trial_balance.write),
        ways=FOR_PEOPLE,
    ),
    "datev": Format(
        "DATEV",
        "Posting batches (EXTF) for a tax adviser in Germany or Austria, a file a month.",
        datev.parts,
        "EXTF_Buchungsstapel.zip",
        frozenset({"utf8"}),
    ),
    "fec": Format(
        "FEC",
        "File of entries as French law asks for it (A47 A-1), a file a year.",
        fec.parts,
        "FEC.zip",
        frozenset({"utf8"}),
    ),
    "xero": Format("Xero", "Manual journals, at most 300 lines a file.", xero.parts, "xero.zip"),
    "quickbooks": Format(
        "QuickBooks Online", "Journal entries as CSV.", _one("quickbooks.csv", quickbooks.write)
    ),
    "hledger": Format(
        "hledger and ledger", "A journal that both read.", _one("books.journal", hledger.write)
    ),
    "beancount": Format("beancount", "A journal for beancount.", _one("books.beancount", beancount.write)),
}
