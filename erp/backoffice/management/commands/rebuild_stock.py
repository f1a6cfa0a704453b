"""`manage.py rebuild_stock`: shows which counters of stock are wrong, and corrects them when told."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounting.refusal import Refusal
from erp import rebuilding

from ...counters import shown


class Command(BaseCommand):
    help = (
        "Compares the counters of stock with moves and delivery notes. Without --apply it changes nothing,"
        " and ends with 1 when something differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="correct what differs")

    def handle(self, *args: Any, **options: Any) -> None:
        found = rebuilding.differences()
        for product, warehouse, counter, was, becomes in shown(found):
            self.stdout.write(f"{product}, {warehouse}: {counter} is {was}, should be {becomes}")
        if not found:
            self.stdout.write("Every counter is what it counts.")
        elif options["apply"]:
            self._correct(found)
        else:
            raise CommandError(f"{_counted(found)} wrong. Correct with --apply.")

    def _correct(self, found: list[rebuilding.Difference]) -> None:
        try:
            rebuilding.rebuild(found)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{_counted(found)} corrected.")


def _counted(found: list[rebuilding.Difference]) -> str:
    return "1 counter" if len(found) == 1 else f"{len(found)} counters"
