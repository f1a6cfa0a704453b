"""`manage.py export_documents`: all documents of some days in one zip, with a list of them."""

from typing import Any

from accounting.exports import Made

from ...taking_away import DOCUMENTS, asked, take
from ..exporting import ExportCommand


class Command(ExportCommand):
    help = "Writes a zip of the invoices, credit notes, suppliers' bills and certificates of some days."

    def made(self, **options: Any) -> Made:
        return take(DOCUMENTS, asked(options["start"], options["end"]), by=None)
