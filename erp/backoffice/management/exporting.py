"""What the commands that write files have in common: days, and where the file goes."""

import os
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from accounting.exports import Made
from accounting.periods import FIRST_YEAR, LAST_YEAR
from accounting.refusal import Refusal


class ExportCommand(BaseCommand):
    """Makes a file whole, then hands it out; its sha256 goes to standard error."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="start", metavar="DAY", help="first day, such as 2026-01-01")
        parser.add_argument("--to", dest="end", metavar="DAY", help="last day, included")
        parser.add_argument("--output", default="-", metavar="FILE", help="- or nothing is standard output")

    def handle(self, *, start: str | None, end: str | None, output: str, **options: Any) -> None:
        first, last = _day(start), _day(end)
        if first and last and first > last:
            raise CommandError(f"The first day, {first}, comes after the last one, {last}.")
        try:
            made = self.made(start=first, end=last, **options)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        with made.file:
            self.print(made) if output == "-" else self.save(made, output)
        self.stderr.write(f"{made.sha256}  {made.name}, {made.rows} rows", lambda words: words)

    def made(self, **options: Any) -> Made:
        """Return the file that is asked for."""
        raise NotImplementedError

    def print(self, made: Made) -> None:
        """Write to standard output, until whoever reads it has enough."""
        try:
            shutil.copyfileobj(made.file, cast("IO[bytes]", cast("Any", self.stdout).buffer))
            self.stdout.flush()
        except BrokenPipeError:
            # What Python still holds for the closed pipe goes nowhere, without complaint.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def save(self, made: Made, name: str) -> None:
        """Write to a file."""
        try:
            with Path(name).open("wb") as file:
                shutil.copyfileobj(made.file, file)
        except OSError as error:
            raise CommandError(f"{name} cannot be written: {error.strerror}.") from error


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"'{text}' is not a day such as 2026-01-31.") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CommandError(f"The books know the years {FIRST_YEAR} to {LAST_YEAR}, not {text}.")
    return day
