"""What surrounds a shop to try out: port, locks and clean slate; and the worker beside it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.sites.models import Site
from django.db import OperationalError, connection

from erp.backoffice import trial
from erp.backoffice.management.commands import work


@pytest.fixture
def slate(tmp_path, settings, monkeypatch):
    """Return a trial's folders, written on; none of them is this project's."""
    settings.BASE_DIR, settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "var", tmp_path / "media"
    for file in ("var/shop.sqlite3", "var/shop.sqlite3-wal", "var/mail/1", "media/a.png", "var/keep"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    fake = mock.Mock(vendor="sqlite", settings_dict={"NAME": tmp_path / "var" / "shop.sqlite3"})
    monkeypatch.setattr(trial, "connection", fake)
    return tmp_path


def test_a_reset_removes_database_pictures_and_mails_and_nothing_else(slate):
    trial.clear()
    left = sorted(str(path.relative_to(slate)) for path in slate.rglob("*"))
    assert left == ["var", "var/keep", "var/serving.lock"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after"),
    [("127.0.0.1:8000", "127.0.0.1:8431"), ("shop.example.com", "shop.example.com")],
)
def test_links_in_mails_lead_to_where_the_trial_is_served(before, after):
    Site.objects.update(domain=before)
    trial.be_found_at(8431)
    assert Site.objects.get_current().domain == after


def test_a_reset_touches_no_database_outside_var(slate):
    trial.connection.settings_dict["NAME"] = slate / "elsewhere.sqlite3"
    with pytest.raises(trial.NotOurs, match="DATABASE_URL"):
        trial.clear()
    trial.connection.vendor = "postgresql"
    with pytest.raises(trial.NotOurs, match="DATABASE_URL"):
        trial.clear()
    assert (slate / "media" / "a.png").exists()


def test_a_shop_that_is_being_served_is_not_reset(slate):
    with trial.serving(), pytest.raises(trial.InUse):
        trial.clear()
    assert (slate / "var" / "shop.sqlite3").exists()


def test_two_may_serve_but_only_one_prepares(slate):
    prepared = threading.Event()
    with trial.serving(), trial.serving(), trial.preparing():
        second = threading.Thread(target=lambda: [trial.preparing().__enter__(), prepared.set()], daemon=True)
        second.start()
        assert not prepared.wait(0.2)
    assert prepared.wait(5)


def test_a_taken_port_is_said_with_the_way_out():
    with socket.create_server((trial.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(trial.PortTaken, match=f"Port {port} is taken.*--port {port + 1}"):
            trial.require_free_port(port)
    trial.require_free_port(port)


def test_the_worker_goes_on_while_the_database_is_away(monkeypatch, capsys):
    monkeypatch.setattr(work.daily, "ask", mock.Mock(side_effect=OperationalError("gone")))
    monkeypatch.setattr(work, "connection", mock.Mock())
    assert work.Command().seconds_to_wait() == work.SECONDS_WITHOUT_DATABASE
    assert "gone" in capsys.readouterr().err


def test_the_worker_rests_only_when_nothing_is_due(monkeypatch):
    monkeypatch.setattr(work.daily, "ask", mock.Mock())
    monkeypatch.setattr(work.now_and_then, "look_again", mock.Mock())
    monkeypatch.setattr(work.outbox, "run_due", mock.Mock(side_effect=[2, 0]))
    assert work.Command().seconds_to_wait() == 0
    assert work.Command().seconds_to_wait() == work.SECONDS_IDLE


class TestTheWorkersEnd:
    """Real processes, on the database of these tests."""

    def test_it_ends_when_told_to(self, transactional_db):
        worker = start_worker(parent=os.getpid())
        try:
            assert "Working" in worker.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                worker.wait(1)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(60) == 0
        finally:
            worker.kill()  # it would work on the rows of the tests that follow

    def test_it_ends_when_its_parent_is_gone(self, transactional_db):
        assert start_worker(parent=1).wait(60) == 0


def start_worker(*, parent: int) -> subprocess.Popen:
    command = [sys.executable, "manage.py", "work", "--parent", str(parent)]
    surroundings = {**os.environ, "DATABASE_URL": address_of_database()}
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=surroundings, stdout=subprocess.PIPE, text=True
    )


def address_of_database() -> str:
    it = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{it['NAME']}"
    return f"postgres://{it['USER']}:{it['PASSWORD']}@{it['HOST']}:{it['PORT']}/{it['NAME']}"
