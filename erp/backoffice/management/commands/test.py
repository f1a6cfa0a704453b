"""Keeps Django's own test runner, which would find nothing, out of the way: pytest runs the tests."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Runs the tests with pytest, whose arguments it takes: python3 manage.py test -k NAME tests/..."

    def run_from_argv(self, argv: list[str]) -> None:
        self.execute(stdout=None, stderr=None, no_color=False, force_color=False, skip_checks=True)

    def handle(self, **_: Any) -> None:
        """Refuse: `manage.py` hands the tests over to pytest before Django is asked."""
        raise CommandError("The tests run by: python3 manage.py test")
