"""`manage.py import_orders`: brings another shop's order history in through the chain."""

import time
from argparse import ArgumentTypeError
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone

from accounting import guards
from accounting.refusal import Refusal
from erp.backoffice.imports import accounts, reading, run
from erp.backoffice.imports.accounts import Seen
from erp.backoffice.imports.documents import Document, Fate, gather, keep_oldest
from erp.backoffice.imports.reading import Layout
from erp.backoffice.imports.rows import Clock
from erp.backoffice.imports.rules import rules_for

MAP = (
    "order=InvoiceNo,sku=StockCode,title=Description,quantity=Quantity,"
    "date=InvoiceDate,price=UnitPrice,customer=CustomerID,country=Country"
)
ENCODINGS = ["utf-8", "cp1252", "iso-8859-1", "iso-8859-15"]
GOES_ON = (
    "Each document is here whole or not at all. Run the same command again: it goes on where it stopped."
)


class Command(BaseCommand):
    help = "Imports orders from CSV: each is placed, invoiced, paid and shipped, credits are taken back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a CSV file, compressed by gzip or not; - is standard input")
        parser.add_argument("--map", default=MAP, help=f"which column is what (default: {MAP})")
        parser.add_argument(
            "--prices", choices=["net", "gross"], default="net", help="without VAT (default), or with it"
        )
        parser.add_argument(
            "--vat", type=percentage, default=Decimal(20), metavar="RATE", help="per cent (default: 20)"
        )
        parser.add_argument("--delimiter", type=delimiter, default=",", help="one character, or tab")
        parser.add_argument("--encoding", choices=ENCODINGS, default="utf-8")
        parser.add_argument(
            "--date-format",
            type=date_format,
            default="",
            help="such as '%%m/%%d/%%Y %%H:%%M' (default: ISO 8601)",
        )
        parser.add_argument("--dry-run", action="store_true", help="tell what would be taken, write nothing")
        parser.add_argument("--limit", type=count, metavar="N", help="the oldest N documents only")
        parser.add_argument("--report", type=Path, metavar="FILE", help="where to list the rows left out")

    def handle(self, *, file: str, **options: Any) -> None:
        try:
            self.bring_in(file, options, now=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}. {GOES_ON}") from error
        except KeyboardInterrupt as error:
            raise CommandError(f"Stopped. {GOES_ON}", returncode=130) from error

    def bring_in(self, file: str, options: dict[str, Any], *, now: datetime) -> None:
        """Read all of the file, then take its documents, then say what became of it."""
        guards.require()
        layout = Layout(reading.columns(options["map"]), options["delimiter"], options["encoding"])
        seen = Seen()
        raws = seen.count(reading.read(file, layout))
        documents = gather(raws, Clock(now, options["date_format"]))
        keep_oldest(documents, options["limit"])
        run.skip_known(documents)
        path = options["report"] or settings.VAR_DIR / f"import-report-{now:%Y%m%d-%H%M%S}.csv"
        with reported(path, documents, layout):
            if not options["dry_run"]:
                rules = rules_for(documents, prices=options["prices"], rate=options["vat"])
                run.take_all(documents, rules, Progress(documents, self.stderr).tell)
                run.clear_outbox(now=now)
        self.sum_up(seen, documents, dry_run=options["dry_run"])
        self.stdout.write(f"The rows left out, with reasons: {path}")

    def sum_up(self, seen: Seen, documents: Sequence[Document], *, dry_run: bool) -> None:
        """Print what came in and what became of it. Raises CommandError where the two differ."""
        found = accounts.tally(documents)
        labels = {Fate.WAITING: "would be taken" if dry_run else "still to come"}
        for line in accounts.table(seen.sums, found, labels):
            self.stdout.write(line)
        for reason, rows in accounts.reasons(documents):
            self.stdout.write(f"  {rows:>8,}  {reason}")
        if wrong := list(accounts.disagreements(seen.sums, found, documents)):
            raise CommandError("The sums do not agree. " + " ".join(wrong))
        self.stdout.write("Every row is accounted for, and the sums agree.")


class Progress:
    """Tells how far an import is, how fast, and how long it will take."""

    SECONDS_BETWEEN = 0.5, 10.0  # on a terminal, elsewhere

    def __init__(self, documents: Sequence[Document], stream: Any) -> None:
        self.total = sum(document.fate == Fate.WAITING for document in documents)
        self.stream = stream
        self.is_terminal = stream.isatty()
        self.began = self.told = time.monotonic()

    def tell(self, done: int) -> None:
        """Write a line, on a terminal over the one before; not more often than can be read."""
        now = time.monotonic()
        if done < self.total and now - self.told < self.SECONDS_BETWEEN[not self.is_terminal]:
            return
        self.told = now
        rate = done / max(now - self.began, 0.001)
        left = timedelta(seconds=round((self.total - done) / rate))
        line = f"{done:,} of {self.total:,} documents, {rate:.1f} a second, {left} to go"
        last = not self.is_terminal or done == self.total
        self.stream.write(f"\r{line:<70}" if self.is_terminal else line, ending="\n" if last else "")
        self.stream.flush()


@contextmanager
def reported(path: Path, documents: Sequence[Document], layout: Layout) -> Iterator[None]:
    """Open the report before anything is done, and write it whatever happens. Raises CommandError."""
    columns = [layout.columns[field] for field in reading.FIELDS]
    with _written(path) as stream:
        try:
            yield
        finally:
            accounts.report(stream, documents, columns)


def _written(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(exist_ok=True)
        return path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"The report {path} cannot be written: {error.strerror}.") from error


def percentage(text: str) -> Decimal:
    """Return a rate of VAT in per cent, with at most two places."""
    try:
        rate = Decimal(text)
    except InvalidOperation as error:
        raise ArgumentTypeError(f"'{text}' is no percentage") from error
    if not 0 <= rate <= 100 or rate * 100 % 1:
        raise ArgumentTypeError(f"'{text}' is not between 0 and 100 with at most two places")
    return rate


def delimiter(text: str) -> str:
    """Return what separates columns."""
    character = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(character) != 1 or character in '"\r\n':
        raise ArgumentTypeError(f"'{text}' is not one character, or tab")
    return character


def date_format(text: str) -> str:
    """Return how dates are written. They are of the company's time zone."""
    if "%z" in text.lower():
        raise ArgumentTypeError("dates with an offset are read only as ISO 8601, without --date-format")
    return text


def count(text: str) -> int:
    """Return a number of documents."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"'{text}' is no number of documents")
    return int(text)
