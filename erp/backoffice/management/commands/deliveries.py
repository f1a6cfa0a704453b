"""`manage.py deliveries`: notes which parcels have arrived, from a file that a carrier sends."""

import csv
from argparse import FileType
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounting.refusal import Refusal
from erp import parcels
from erp.delivery.models import DeliveryNote

COLUMNS = ("tracking_number", "delivered_on")


class BadRow(Refusal):
    """A row that names no parcel of ours, or no day."""


class Command(BaseCommand):
    help = "Notes arrivals from CSV with the columns tracking_number and delivered_on (YYYY-MM-DD)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=FileType(encoding="utf-8-sig"), help="a CSV file; - is standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take each row by itself. The same file twice changes nothing; what is wrong is told by its line."""
        rows = csv.DictReader(options["file"])
        if missing := set(COLUMNS) - set(rows.fieldnames or ()):
            raise CommandError(f"The file has no column {', '.join(sorted(missing))}.")
        arrived, known, wrong = 0, 0, 0
        for row in self._lines(rows):
            try:
                news = arrive(row["tracking_number"] or "", row["delivered_on"] or "")
            except Refusal as refusal:
                wrong += 1
                self.stderr.write(f"line {rows.line_num}: {refusal}")
            else:
                arrived, known = arrived + news, known + (not news)
        self.stdout.write(f"{arrived} parcels arrived, {known} were known, {wrong} rows are wrong.")
        if wrong:
            raise CommandError("Some rows are wrong. Correct them, and run the file again.")

    @staticmethod
    def _lines(rows: csv.DictReader) -> Iterator[dict[str, Any]]:
        try:
            yield from rows
        except (csv.Error, UnicodeDecodeError) as error:
            raise CommandError(f"line {rows.line_num + 1}: {error}") from None


def arrive(tracking_number: str, day: str) -> bool:
    """Note that all notes of a parcel arrived on a day; return whether that was news. Raises BadRow."""
    on = _day(day)
    number = tracking_number.strip()
    notes = list(DeliveryNote.objects.filter(tracking_number=number).order_by("pk")) if number else []
    if not notes:
        raise BadRow(f"No parcel of ours has the number '{number}'.")
    coming = [note for note in notes if note.delivered_on is None]
    for note in notes:
        if note.delivered_on not in (None, on):
            raise BadRow(f"{note} arrived on {note.delivered_on} already.")
    for note in coming:
        parcels.deliver(note, on=on)
    return bool(coming)


def _day(words: str) -> date:
    try:
        on = date.fromisoformat(words.strip())
    except ValueError:
        raise BadRow(f"'{words}' is no day: write it as 2026-03-31.") from None
    if on > timezone.localdate():
        raise BadRow(f"{on} is still to come.")
    return on
