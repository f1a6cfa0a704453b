"""What is asked of an export: which days, written how, and under which numbers the company is known."""

from dataclasses import dataclass
from datetime import date

from accounting.refusal import Refusal


class NothingPosted(Refusal):
    """A file for another program would be empty."""


class NotForThisFormat(Refusal):
    """A format cannot carry what was asked, or needs what is not known."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The first and the last day, both included: None is from the first, up to the last.

    `bom` marks a CSV as UTF-8 for spreadsheets, `comma` writes 1000,00 and parts cells by semicolons, `utf8`
    writes what is usually in an older encoding. The numbers are the company's at DATEV and its SIREN.
    """

    start: date | None = None
    end: date | None = None
    bom: bool = False
    comma: bool = False
    utf8: bool = False
    datev_consultant: str = ""
    datev_client: str = ""
    siren: str = ""
