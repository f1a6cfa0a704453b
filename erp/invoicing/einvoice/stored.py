"""The XML of papers as stored files: made at first call, the same bytes ever after."""

from accounting.refusal import Refusal
from erp.documents import files

from ..keys import source_key
from ..models import Paper
from .facts import facts
from .writing import cii, ubl

WRITERS = {"xml": (cii, "{}.xml"), "ubl": (ubl, "{}-ubl.xml")}


class NotIssued(Refusal):
    """A draft has no number: there is nothing to write."""


def paper_xml(paper: Paper, kind: str = "xml") -> bytes:
    """Return a paper's e-invoice: `xml` is Factur-X as embedded into the PDF, `ubl` is UBL 2.1.

    Raises NotIssued.
    """
    key = source_key(paper)
    file = files.the_file(key, kind)
    if file is None:
        if paper.number is None:
            raise NotIssued("A draft has no e-invoice yet.")
        write, name = WRITERS[kind]
        lines = paper.lines.select_related("tax_code").order_by("position")
        file = files.keep(key, kind, name.format(paper.number), write(facts(paper, lines)))
    return bytes(file.content)
