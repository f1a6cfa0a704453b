"""`manage.py import_data`: brings in prices, stock, products, suppliers, accounts or opening balances."""

from argparse import RawDescriptionHelpFormatter
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone

from accounting import guards
from accounting.refusal import Refusal
from erp.backoffice.intake import files, previewing, reading, running
from erp.backoffice.intake.kind import Kind
from erp.backoffice.intake.kinds import KINDS
from erp.backoffice.intake.reading import Unreadable
from erp.backoffice.models import DataImport

SHOWN = 20


class Command(BaseCommand):
    help = "Imports prices, stock, products, suppliers, accounts or opening balances from CSV or XLSX, whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = "\n".join(["The columns, in any order:", *map(_columns, KINDS.values())])
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("kind", choices=list(KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
        parser.add_argument("--report", type=Path, metavar="FILE", help="CSV of what is refused and why")
        parser.add_argument(
            "--good-rows", action="store_true", help="take the good rows, leave out the others"
        )
        parser.add_argument("--again", action="store_true", help="even if the same file was imported before")

    def handle(self, *, kind: str, file: Path, report: Path | None, **options: Any) -> None:
        refused: list[tuple[Any, str, str, str]] = []
        try:
            guards.require()
            if options["dry_run"]:
                refused = self.look(kind, _content(file))
            else:
                refused = self.take(kind, _content(file), file.name, options)
        except Unreadable as bad:
            refused = [(bad.row, bad.column, "", str(bad))]
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        finally:
            if report:
                _write(report, files.report(refused))
        self.tell(refused)

    def look(self, kind: str, content: bytes) -> list[tuple[Any, str, str, str]]:
        """Say what a file would do, and return what is refused."""
        preview = previewing.look(content, KINDS[kind])
        fates = Counter(want.fate for want in preview.wants)
        self.stdout.write(f"Read {preview.sheet.how}. Nothing is written: {_counted(fates)}.")
        return list(preview.refusals())

    def take(
        self, kind: str, content: bytes, name: str, options: dict[str, Any]
    ) -> list[tuple[Any, str, str, str]]:
        """Import a file, and return what is refused. Raises what the import refuses as a whole."""
        kept = previewing.keep(content, KINDS[kind], name=name)
        refused = list(files.refusals(kept))
        fates = Counter(kept.rows.values_list("fate", flat=True))
        self.stdout.write(f"Read {kept.how}: {_counted(fates)}.")
        changing = fates["new"] + fates["changed"]
        is_good = options["good_rows"] and not kept.wrong
        if (refused and not is_good) or not changing:
            running.discard(kept)
            return refused
        before = previewing.same_file(kept)
        if before and not options["again"]:
            running.discard(kept)
            raise running.HereAlready(
                f"The same file was imported already: import {before}. --again takes it."
            )
        running.accept(kept, mode=DataImport.Mode.GOOD if is_good else DataImport.Mode.ALL)
        while running.work(kept.pk, on=timezone.localdate()):
            pass
        kept.refresh_from_db()
        if kept.state == DataImport.State.STOPPED:
            return [("", "", "", kept.why)]
        self.stdout.write(f"Import {kept.pk} is done: {kept.rows.filter(is_taken=True).count()} rows taken.")
        return list(files.refusals(kept))

    def tell(self, refused: list[tuple[Any, str, str, str]]) -> None:
        """Say what is refused. Raises CommandError if anything is."""
        for row, column, value, reason in refused[:SHOWN]:
            where = " ".join(filter(None, [f"row {row}" if row else "", column]))
            self.stderr.write(f"{where}: '{value}' {reason}" if value else f"{where}: {reason}")
        if len(refused) > SHOWN:
            self.stderr.write(f"… and {len(refused) - SHOWN} more: --report FILE lists them all.")
        if refused:
            raise CommandError(f"{len(refused)} refusal{'' if len(refused) == 1 else 's'}.")


def _columns(kind: Kind) -> str:
    """Return the columns of a kind of list, those that may be missing in brackets."""
    names = [column.name if column.is_required else f"[{column.name}]" for column in kind.columns]
    return f"  {kind.name + ':':<10} {' '.join(names)}"


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(reading.LARGEST + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error


def _write(report: Path, text: str) -> None:
    try:
        report.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"The report {report} cannot be written: {error.strerror}.") from error


def _counted(fates: Counter[str]) -> str:
    names = {"new": "new", "changed": "changed", "same": "as they are", "refused": "refused"}
    return ", ".join(f"{fates[fate]} {name}" for fate, name in names.items())
