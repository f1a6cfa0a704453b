"""An export is of one moment, whoever posts meanwhile, and of a locked month the same each time."""

from dataclasses import replace
from datetime import date
from threading import Thread

import pytest
from django.db import connection, transaction

from accounting.exports import FORMATS, Asked, hand_out, make, part
from accounting.models import Account, ExportRecord, Party, Period
from accounting.periods import lock

from . import reading_back
from .scenes import book, payment, sale, transfer
from .test_export_formats import NUMBERS, read_back, turnover

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


class Interrupted:
    """A stream that lets something happen once, after its second piece."""

    def __init__(self, stream, hook):
        self.stream, self.hook, self.pieces = stream, hook, 0

    def write(self, text):
        self.stream.write(text)
        self.pieces += 1
        if self.pieces == 2 and self.hook:
            self.hook.pop()()


def post_elsewhere(key):
    """Post an entry through another connection; wait until it is committed."""
    failures = []

    def run():
        try:
            for day in (JANUARY, FEBRUARY):
                book(transfer(f"{key}:{day}", on=day, amount="7.77"))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive(), "whoever posts has to wait for the export"
    assert failures == []


@pytest.mark.django_db(transaction=True)
def test_what_is_posted_while_an_export_is_written_is_not_in_it(monkeypatch):
    party, write = Party.objects.create(key="user:7", name="Ada"), part._write
    for number, day in enumerate((JANUARY, FEBRUARY)):
        book(sale(party, key=f"sale:{number}", on=day))
    for name in FORMATS:
        before = turnover()
        hook = [lambda name=name: post_elsewhere(name)]

        def interrupted(one, file, hook=hook):
            watched = replace(one, write=lambda stream: one.write(Interrupted(stream, hook)))
            return write(watched, file)

        monkeypatch.setattr(part, "_write", interrupted)
        files = reading_back.files_of(make(name, Asked(**NUMBERS)))
        assert not hook, "nothing was posted meanwhile"
        assert turnover() != before
        assert not any(name.encode() + b":2026" in content for content in files.values())
        if name in ("gl", "datev", "xero", "quickbooks", "fec"):
            assert read_back(name, files) == before, name


@pytest.fixture
def locked(customer, vat):
    """Two months with entries, the first of which is locked."""
    for number, day in enumerate((JANUARY, FEBRUARY)):
        book(sale(customer, key=f"sale:{number}", on=day, vat=vat))
        book(payment(customer, "60.00", key=f"payment:{number}", on=day))
    with transaction.atomic():
        lock(Period.objects.get(end=JANUARY), by=None, reason="Declared")


@pytest.mark.parametrize("name", FORMATS)
def test_of_a_locked_month_a_file_is_the_same_whatever_is_posted_later(locked, customer, name):
    asked = Asked(date(2026, 1, 1), JANUARY, **NUMBERS)
    first = hand_out(name, asked, by=None)
    Account.objects.create(code="1201", name="Accounts receivable", kind="asset")
    book(transfer("x:1", on=MARCH, debited="1201", credited="FEES"))
    book(sale(customer, key="sale:9", on=MARCH))
    with transaction.atomic():
        lock(Period.objects.get(end=FEBRUARY), by=None, reason="Declared")
    again = hand_out(name, asked, by=None)

    assert first.file.read() == again.file.read() != b""
    one, other = ExportRecord.objects.order_by("pk")
    assert (one.sha256, one.size, one.rows) == (other.sha256, other.size, other.rows)
    assert one.sha256 == first.sha256


@pytest.mark.parametrize("name", ["datev", "fec", "xero"])
def test_a_zip_of_several_files_is_the_same_each_time(customer, name):
    for number in range(101):
        book(sale(customer, key=f"sale:{number}", on=date(2025 + number % 2, 1, 5)))
    first, again = (make(name, Asked(**NUMBERS)) for _ in range(2))
    assert first.name.endswith(".zip")
    assert first.file.read() == again.file.read()
