"""What of an invoice or credit note goes into its hash: all that is frozen, with its lines in order."""

from collections.abc import Iterable, Sequence
from typing import Any

from accounting.sealing import Wording, sealed

from .models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, Paper, PaperLine

# The number is beside what is said, as it is taken last; with it the state changes.
PAPER = {"number", "state", "hash"}
WORDINGS: dict[type[Paper], tuple[Wording, Wording]] = {
    paper: (Wording(paper, PAPER), Wording(line, line.FROZEN_WHEN[1]))
    for paper, line in ((Invoice, InvoiceLine), (CreditNote, CreditNoteLine))
}


def seal(paper: Paper, lines: Iterable[PaperLine]) -> str:
    """Return the hash of what a paper and its lines, in order, say."""
    of_paper, of_line = WORDINGS[type(paper)]
    return sealed(of_paper.of(paper), [of_line.of(line) for line in lines])


def seal_of_values(model: type[Paper], values: Sequence[Any], lines: Iterable[Sequence[Any]]) -> str:
    """Return the same of a paper and lines that were read from the database, by their wordings' columns."""
    of_paper, of_line = WORDINGS[model]
    return sealed(of_paper.of_values(values), [of_line.of_values(line) for line in lines])
