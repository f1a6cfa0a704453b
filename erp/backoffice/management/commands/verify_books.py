"""`manage.py verify_books`: asks every check of every part whether the books are sound."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from accounting import audit as books
from erp.banking import audit as banking
from erp.delivery import audit as delivery
from erp.documents import audit as documents
from erp.inventory import audit as inventory
from erp.invoicing import audit as invoicing
from erp.purchasing import audit as purchasing
from erp.sales import audit as sales

Check = Callable[[], Iterable[str]]

PARTS = (books, inventory, sales, delivery, invoicing, purchasing, banking, documents)


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
                self.stdout.write(f"BAD {_name(check)}")
            self.stdout.write(f"    {finding}")
            count += 1
        if not count:
            self.stdout.write(f"ok  {_name(check)}")
        return count


def checks() -> Iterator[Check]:
    """Yield every check, those of the ledger first."""
    for part in PARTS:
        yield from part.CHECKS


def _name(check: Check) -> str:
    return (check.__doc__ or check.__name__).strip().splitlines()[0]
