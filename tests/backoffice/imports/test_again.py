"""Nothing is imported twice, and what was interrupted goes on where it stopped."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from django.core.management import CommandError
from django.db import OperationalError, connection, transaction
from oscar.core.loading import get_model

from accounting.models import TaxCode
from erp import order_to_cash
from erp.backoffice.imports import run
from erp.backoffice.models import ImportedDocument
from tests.backoffice.imports.history import HEADER, HISTORY, facts, left_out, line_of
from tests.books import is_sound

pytestmark = pytest.mark.django_db

Order = get_model("order", "Order")
Product = get_model("catalogue", "Product")


class TestAgain:
    def test_nothing_is_imported_twice(self, bring_in):
        bring_in(HISTORY)
        before = facts()
        out, _ = bring_in(HISTORY)
        assert facts() == before
        assert line_of(out, "taken") == ["0", "0", "0.00", "0.00"]
        assert line_of(out, "here before") == ["6", "11", "165.15", "-141.50"]
        assert is_sound()

    def test_a_longer_file_goes_on_where_the_shorter_one_ended(self, bring_in):
        bring_in(HISTORY.split("C1004")[0])
        out, _ = bring_in(HISTORY)
        assert line_of(out, "here before")[0] == "3"
        assert line_of(out, "taken")[0] == "3"

    @pytest.mark.parametrize("at", range(1, 7))
    def test_interrupted_anywhere_it_ends_as_if_it_had_not_been(self, bring_in, monkeypatch, at):
        beginning = transaction.savepoint()
        bring_in(HISTORY)
        whole = facts()
        transaction.savepoint_rollback(beginning)
        assert not Order.objects.exists()

        with monkeypatch.context() as patch:
            break_at(patch, at)
            with pytest.raises(ZeroDivisionError):
                bring_in(HISTORY)
        assert ImportedDocument.objects.count() == at - 1
        assert is_sound()

        bring_in(HISTORY)
        assert facts() == whole
        assert is_sound()


def break_at(patch, document):
    """Fail in the last statement of a document, after the chain has done all its work."""
    done = iter(range(1, 100))
    take = run._take_through_the_chain

    def broken(*given):
        take(*given)
        if next(done) == document:
            raise ZeroDivisionError

    patch.setattr(run, "_take_through_the_chain", broken)


class TestHowMuch:
    def test_a_dry_run_tells_and_touches_nothing(self, bring_in):
        before = facts(), Product.objects.count(), TaxCode.objects.count()
        out, report = bring_in(f"{HISTORY}9,A1,Robot,1,2020-01-09,0,1,France\n", "--dry-run")
        assert line_of(out, "would be taken") == ["6", "11", "165.15", "-141.50"]
        assert left_out(report) == [(13, "9", "price 0: nothing was sold")]
        assert (facts(), Product.objects.count(), TaxCode.objects.count()) == before

    def test_a_limit_takes_the_oldest_documents_and_again_the_same(self, bring_in):
        for fate in ("taken", "here before"):
            out, _ = bring_in(HISTORY, "--limit", "2")
            assert line_of(out, fate)[:2] == ["2", "4"]
            assert line_of(out, "beyond --limit")[:2] == ["4", "7"]
            assert "the sums agree" in out
        assert sorted(Order.objects.values_list("number", flat=True)) == ["1001", "1002"]


class TestABadDatabase:
    def test_that_goes_away_leaves_whole_documents(self, bring_in, monkeypatch):
        ship = order_to_cash.ship
        notes = []

        def fail_at_the_second(note, **given):
            notes.append(note)
            if len(notes) == 2:
                raise OperationalError("server closed the connection unexpectedly")
            ship(note, **given)

        with monkeypatch.context() as patch:
            patch.setattr(order_to_cash, "ship", fail_at_the_second)
            with pytest.raises(
                CommandError, match=r"does not answer: server closed .* goes on where it stopped"
            ):
                bring_in(HISTORY)
        assert list(Order.objects.values_list("number", flat=True)) == ["1001"]
        assert is_sound()
        out, _ = bring_in(HISTORY)
        assert line_of(out, "here before")[0] == "1"
        assert line_of(out, "taken")[0] == "5"

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite locks the whole database")
    @pytest.mark.django_db(transaction=True)
    def test_that_is_locked(self, bring_in):
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 100")
        other.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(CommandError, match="does not answer: database is locked"):
                bring_in(HISTORY)
        finally:
            other.rollback()
            other.close()
        out, _ = bring_in(HISTORY)
        assert line_of(out, "taken")[0] == "6"

    def test_without_its_guards(self, bring_in, monkeypatch):
        monkeypatch.setattr("accounting.guards.missing", lambda using: ["guard_x"])
        with pytest.raises(CommandError, match=r"manage\.py migrate"):
            bring_in(HISTORY)


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_it_goes_on_where_it_stopped(bring_in, tmp_path):
    text = "".join(
        f"{number},A{number % 7},Robot {number % 7},{number % 5 + 1},2019-12-30,10,{number % 3},France\n"
        for number in range(100, 200)
    )
    (tmp_path / "history.csv").write_text(f"{HEADER}\n{text}")
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "import_orders", str(tmp_path / "history.csv")],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "erp.settings", "DATABASE_URL": database_url()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while ImportedDocument.objects.count() < 5:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = ImportedDocument.objects.count()
    assert 5 <= done < 100
    assert Order.objects.count() == done
    assert is_sound()
    out, _ = bring_in(text)
    assert line_of(out, "here before")[0] == str(done)
    assert line_of(out, "taken")[0] == str(100 - done)
    assert is_sound()


def database_url():
    """Return where the tests' database is, for another process."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    user = f"{database['USER']}:{database['PASSWORD']}".rstrip(":")
    return f"postgres://{user}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
