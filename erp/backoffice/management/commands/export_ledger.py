"""`manage.py export_ledger`: the books as a file or on standard output, for people and other programs."""

import os
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from accounting.exports import FORMATS

Write = Callable[[IO[str]], None]


class Command(BaseCommand):
    help = "Writes the posted entries of some days: as CSV, or as a journal for hledger, ledger or beancount."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", required=True, choices=sorted(FORMATS))
        parser.add_argument("--from", dest="start", metavar="DAY", help="first day, such as 2026-01-01")
        parser.add_argument("--to", dest="end", metavar="DAY", help="last day, included")
        parser.add_argument("--output", default="-", metavar="FILE", help="- or nothing is standard output")

    def handle(self, *, start: str | None, end: str | None, output: str, **options: Any) -> None:
        first, last = _day(start), _day(end)
        if first and last and first > last:
            raise CommandError(f"The first day, {first}, comes after the last one, {last}.")
        write = partial(FORMATS[options["format"]], start=first, end=last)
        try:
            self.print(write) if output == "-" else self.save(write, output)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error

    def print(self, write: Write) -> None:
        """Write to standard output, until whoever reads it has enough."""
        self.stdout.ending = ""
        try:
            write(cast("IO[str]", self.stdout))
            self.stdout.flush()
        except BrokenPipeError:
            # What Python still holds for the closed pipe goes nowhere, without complaint.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def save(self, write: Write, name: str) -> None:
        """Write to a file."""
        try:
            with Path(name).open("w", encoding="utf-8", newline="") as file:
                write(file)
        except OSError as error:
            raise CommandError(f"{name} cannot be written: {error.strerror}.") from error


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"'{text}' is not a day such as 2026-01-31.") from error
