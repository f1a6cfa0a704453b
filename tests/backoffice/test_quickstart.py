"""The one command a newcomer types, for real: from no database to a page, and again, and ended."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent.parent


class Quickstart:
    """A quickstart that was started on a database file of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.said = folder / "said.txt"
        surroundings = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'shop.sqlite3'}"}
        surroundings.pop("PYTHONUNBUFFERED", None)
        command = [sys.executable, "manage.py", "quickstart", "--port", str(self.port)]
        with self.said.open("w") as said:
            # Tests that run in the background have Ctrl-C ignored, and their children inherit it.
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=surroundings,
                stdout=said,
                stderr=said,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    def page(self, path: str = "/") -> str:
        """Return a page as soon as there is one; whatever is said meanwhile is shown when it fails."""
        while self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                    return answer.read().decode()
            except urllib.error.HTTPError:
                raise
            except urllib.error.URLError:
                time.sleep(0.2)
        raise AssertionError(self.said.read_text())

    def workers(self) -> list[int]:
        """Return the processes it has started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def end(self, number: int) -> list[int]:
        """Send a signal, and return those of its workers that live on some seconds later."""
        workers = self.workers()
        self.process.send_signal(number)
        self.process.wait(60)
        deadline = time.monotonic() + 30
        while (left := [pid for pid in workers if alive(pid)]) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left


def alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.timeout(600)
def test_from_nothing_to_a_page_and_again_within_seconds(tmp_path):
    first = Quickstart(tmp_path)
    assert "<html" in first.page()
    assert "<html" in first.page("/admin/login/")
    said = first.said.read_text()
    assert "Making the database" in said
    assert re.search(r"accountant +\S+@\S+ +\S+", said, re.IGNORECASE)
    assert len(first.workers()) == 1
    assert first.end(signal.SIGTERM) == []

    again = Quickstart(tmp_path)
    again.page()
    said = again.said.read_text()
    assert "Making the database" not in said
    # Two to five seconds, and at most ten, where nothing else runs; other tests may.
    assert int(re.search(r"Ready after (\d+) s", said)[1]) <= 30
    assert again.end(signal.SIGINT) == []

    killed = Quickstart(tmp_path)
    killed.page()
    assert killed.end(signal.SIGKILL) == []


def test_a_real_shop_gets_no_demo_company(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="real shop"):
        call_command("quickstart", serve=False)
