"""`manage.py quickstart`: a whole shop to try out, from an empty folder to a page in the browser."""

import ctypes.util
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounting.refusal import Refusal
from bootstrap import system
from bootstrap.progress import Stage
from erp.backoffice import demo, trial
from erp.invoicing.pdf import LIBRARIES

SECONDS_TO_END = 5
# By these names the libraries that draw PDFs are looked for.
DRAWING = ("pangoft2-1.0", "harfbuzz-subset")


class Command(BaseCommand):
    help = "Makes a shop to try out: database, demo company and demo orders, and serves it."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where to serve (default: 8000)")
        parser.add_argument("--no-serve", action="store_false", dest="serve", help="end when all is prepared")
        parser.add_argument("--reset", action="store_true", help="remove the trial's database first")

    def handle(self, *, port: int, serve: bool, reset: bool, **_: Any) -> None:
        try:
            trial.require_a_trial()
            if serve:
                trial.require_free_port(port)
            with trial.preparing():
                if reset:
                    trial.clear()
                self.prepare()
                trial.be_found_at(port)
            self.tell(port)
            if serve:
                trial.require_free_port(port)
                self.serve(port)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def prepare(self) -> None:
        """Do what is not yet done; on the second start that is next to nothing."""
        if not all(map(ctypes.util.find_library, DRAWING)):
            system.install(*LIBRARIES.split())
        # Also when no step is left: what follows the last one may have been cut short.
        steps = _migrations_to_run()
        with Stage("Making the database" if steps else "Looking at the database") as stage:
            call_command("migrate", stdout=Counted("Applying", lambda n: stage.at(f"{n} of {steps}")))
        with Stage("Loading the demo company") as stage:
            demo.load(stage.at)
        self.stdout.write("Checking the books:")
        call_command("verify_books", stdout=self.stdout)

    def tell(self, port: int) -> None:
        started = float(os.environ.get("MANAGE_STARTED_AT", time.time()))
        shop = f"http://{trial.HOST}:{port}/"
        self.stdout.write(f"\nReady after {time.time() - started:.0f} s.\n")
        self.stdout.write(f"  shop           {shop}\n  back office    {shop}admin/\n")
        for role, email, password in demo.LOGINS:
            self.stdout.write(f"  {role:<13}  {email:<32} {password}")
        self.stdout.write(f"  sent mails     {settings.VAR_DIR / 'mail'}\n")

    def serve(self, port: int) -> None:
        """Serve until Ctrl-C or SIGTERM, with the outbox's worker beside it."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        manage = str(settings.BASE_DIR / "manage.py")
        command = [sys.executable, manage, "work", "--parent", str(os.getpid())]
        self.stdout.write("Ctrl-C ends it.")
        self.stdout.flush()  # a log that is read meanwhile has the logins too
        with trial.serving(), subprocess.Popen(command, stdin=subprocess.DEVNULL) as worker:
            try:
                # The banner says what has been said above, and warns of what quickstart is for.
                options = {"use_reloader": False, "skip_checks": True, "stdout": io.StringIO()}
                call_command("runserver", f"{trial.HOST}:{port}", **options)
            finally:
                _end(worker)


def _end(worker: subprocess.Popen) -> None:
    """Let it finish what it is at, but nobody waits long for Ctrl-C: the next worker would do it again."""
    worker.terminate()
    try:
        worker.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        worker.kill()


class Counted(io.StringIO):
    """Takes a command's output, and tells only how often a word has come."""

    def __init__(self, word: str, tell: Callable[[int], None]) -> None:
        super().__init__()
        self.word, self.when_counted = word, tell

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.word in text:
            self.when_counted(self.getvalue().count(self.word))
        return written


def _migrations_to_run() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
