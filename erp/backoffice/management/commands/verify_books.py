"""`manage.py verify_books`: asks every check whether the books are sound, and keeps the answer."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone

from erp.closing import verifying


class Command(BaseCommand):
    help = "Checks every invariant of the books and documents: one line a check. Ends with 1 on any finding."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-record", action="store_true", help="Write nothing, as on a copy to read.")

    def handle(self, **options: Any) -> None:
        try:
            findings = self.findings(**options)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        if findings:
            count = len(findings)
            raise CommandError(f"{count} finding{'' if count == 1 else 's'}: the books are not sound.")

    def findings(self, no_record: bool = False, **_: Any) -> list[dict[str, str]]:
        if no_record:
            return verifying.look(self.tell)[1]
        return verifying.verify(now=timezone.now(), tell=self.tell).findings

    def tell(self, name: str, found: list[str]) -> None:
        """Say how one check went, its findings below it."""
        self.stdout.write(f"{'BAD' if found else 'ok '} {name}")
        for finding in found:
            self.stdout.write(f"    {finding}")
