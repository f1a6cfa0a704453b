"""`manage.py verify_books`: asks every check of every part whether the books are sound."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from erp.closing.checks import Check, checks, name_of


class Command(BaseCommand):
    help = "Checks every invariant of the books and documents: one line a check. Ends with 1 on any finding."

    def handle(self, **_: Any) -> None:
        try:
            count = sum(self.report(check) for check in checks())
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        if count:
            raise CommandError(f"{count} finding{'' if count == 1 else 's'}: the books are not sound.")

    def report(self, check: Check) -> int:
        """Say how one check went, its findings below it, and return how many there are."""
        count = 0
        for finding in check():
            if not count:
                self.stdout.write(f"BAD {name_of(check)}")
            self.stdout.write(f"    {finding}")
            count += 1
        if not count:
            self.stdout.write(f"ok  {name_of(check)}")
        return count
