"""`manage.py export_ledger`: the books as a file or on standard output, for people and other programs."""

from typing import Any

from django.core.management.base import CommandParser

from accounting.exports import FORMATS, Made

from ...taking_away import WAYS, asked, take
from ..exporting import ExportCommand


class Command(ExportCommand):
    help = "Writes the posted entries of some days, for spreadsheets and for other programs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", required=True, choices=sorted(FORMATS))
        super().add_arguments(parser)
        for way, what in WAYS.items():
            parser.add_argument(f"--{way}", action="store_true", help=what)

    def made(self, **options: Any) -> Made:
        ways = {way: options[way] for way in WAYS}
        return take(options["format"], asked(options["start"], options["end"], **ways), by=None)
