"""Which files of the books are handed out, and what the company is called in them: for commands and page."""

from datetime import date
from typing import Any

from accounting.exports import FORMATS, Asked, Made, hand_out
from erp.documents.services import company

from . import archive

DOCUMENTS = "documents"
KINDS = {name: (one.title, one.about) for name, one in FORMATS.items()} | {
    DOCUMENTS: (
        "Documents",
        "A zip with invoices and credit notes as PDF and XML, bills of suppliers, certificates and a list.",
    )
}
WAYS = {
    "bom": "Mark a CSV as UTF-8 for spreadsheets",
    "comma": "Decimal commas and semicolons in a CSV",
    "utf8": "UTF-8 instead of the encoding that DATEV and the FEC usually have",
}


def asked(start: date | None, end: date | None, **ways: bool) -> Asked:
    """Return what is asked of an export, with the numbers that the company is known by."""
    we = company()
    return Asked(
        start,
        end,
        datev_consultant=we.datev_consultant.strip(),
        datev_client=we.datev_client.strip(),
        siren=we.siren.replace(" ", ""),
        **ways,
    )


def take(kind: str, wanted: Asked, *, by: Any) -> Made:
    """Make a file of a kind and write down who takes it. Raises a Refusal with the reason."""
    return archive.hand_out(wanted, by=by) if kind == DOCUMENTS else hand_out(kind, wanted, by=by)
