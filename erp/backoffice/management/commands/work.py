"""`manage.py work`: one process that does what waits in the outbox, where no Celery worker runs."""

import os
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.utils import timezone

from accounting import guards
from accounting.refusal import Refusal
from erp.documents import daily, now_and_then, outbox

SECONDS_IDLE = 0.5
SECONDS_WITHOUT_DATABASE = 5


class Command(BaseCommand):
    help = "Sends the mails and makes the documents that wait in the outbox, until it is told to end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--parent", type=int, metavar="PID", help="end when this parent process has ended"
        )

    def handle(self, *, parent: int | None, **_: Any) -> None:
        try:
            guards.require()
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        told_to_end = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told_to_end.set())
        self.stdout.write("Working on what waits in the outbox.")
        self.stdout.flush()  # whoever reads a pipe is told at once
        while not told_to_end.is_set() and parent in (None, os.getppid()):
            told_to_end.wait(self.seconds_to_wait())

    def seconds_to_wait(self) -> float:
        """Do what is due, and return how long to rest before the next look."""
        try:
            now = timezone.now()
            daily.ask(now)
            now_and_then.look_again(now)
            # One at a time, so that it hears soon that it is told to end.
            return 0 if outbox.run_due(now, limit=1) else SECONDS_IDLE
        except OperationalError as error:
            # What was being done is still in the outbox: its lease ends, and it is done then.
            self.stderr.write(f"The database does not answer, trying again: {error}")
            connection.close()
            return SECONDS_WITHOUT_DATABASE
