"""The books as files: whatever is written into names and memos, each reader finds our trial balance."""

import csv
import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounting.exports import FORMATS, Asked, NothingPosted, make
from accounting.ledger import reverse
from accounting.models import Account, Party, Period
from accounting.money import ZERO
from accounting.periods import lock
from accounting.reports import trial_balance
from tests.other_programs import beancount, hledger, ledger

from .scenes import FRIDAY, book, payment, sale, transfer

NASTY = "Lamp \"Ä'\n\r\n\t; | = (x) {y} [2020-01-01] \\ \u2028 💡, * ! @ #tag ^link"
NUMBERS = {"datev_consultant": "1001", "datev_client": "1", "siren": "123456789"}
ENCODINGS = {"datev": "cp1252", "fec": "iso8859-15"}
RANGES = [
    (None, None),
    (date(2026, 2, 1), None),
    (date(2026, 1, 1), date(2026, 3, 4)),
    (None, date(2025, 12, 31)),
    (date(2026, 3, 2), date(2026, 3, 2)),
    (date(2027, 1, 1), date(2027, 12, 31)),
]


@pytest.fixture
def books(customer, vat):
    """Two years and a locked month, with names and words that a reader could stumble over."""
    Account.objects.filter(role="BANK").update(name=f"Bank {NASTY[:80]}")
    Account.objects.filter(role="FEES").update(name="=SUM(A1:A9)")
    Account.objects.create(code="bar", name="Kasse - 現金", kind="asset")
    Account.objects.filter(role="REVENUE").update(name="Erlöse")
    formula = Party.objects.create(key="@1", name="+49 30 123456")
    odd = Party.objects.create(key="user:9", name=f"-{NASTY}")
    book(transfer("x:1", on=date(2025, 6, 1), amount="1000000.00"))
    book(transfer("=x:2", on=date(2026, 1, 10), amount="0.01", debited="FEES", credited="BANK"))
    book(transfer("x:3", on=date(2026, 1, 31), amount="12.50", debited="bar", credited="BANK"))
    _lock_until(date(2026, 1, 31))
    for number, party in enumerate((customer, formula, odd), start=1):
        sold = sale(party, key=f"sale:{number}", vat=vat, net="100.10", tax="19.02")
        book(replace(sold, memo=NASTY, document_no="-1 \n=2"))
        book(payment(party, "60.00", key=f"payment:{number}"))
    with transaction.atomic():
        reverse(book(transfer("x:4", amount="77.77")), on=FRIDAY)


def _lock_until(day):
    for period in Period.objects.filter(end__lte=day).order_by("start"):
        with transaction.atomic():
            lock(period, reason="Declared", by=None)


def closings(start, end):
    return {row.account.code: row.closing for row in trial_balance(start, end) if row.closing}


def text_of(name, start=None, end=None):
    with make(name, Asked(start, end, **NUMBERS)).file as file:
        return file.read().decode(ENCODINGS.get(name, "utf-8"))


def rows_of(name, start=None, end=None):
    return list(csv.DictReader(io.StringIO(text_of(name, start, end), newline="")))


def added(rows):
    found = {}
    for code, amount in rows:
        found[code] = found.get(code, ZERO) + amount
    return {code: amount for code, amount in found.items() if amount}


@pytest.mark.parametrize("program", [hledger, ledger, beancount])
def test_an_independent_program_agrees_on_every_account(program, books, tmp_path):
    for start, end in RANGES:
        assert program(tmp_path, start, end) == _capitals(closings(start, end)), (start, end)


def _capitals(balances):
    """Names of accounts begin with a capital or a digit there."""
    return {code.capitalize(): amount for code, amount in balances.items()}


def test_accounts_whose_names_read_alike_stay_two(customer, tmp_path):
    first = Account.objects.create(code="12 00", name="A/B", kind="asset")
    Account.objects.create(code="12-00", name="A B", kind="asset")
    book(transfer("x:1", amount="5.00", debited="12 00", credited="BANK"))
    book(transfer("x:2", amount="7.00", debited="12-00", credited="BANK"))
    for name in ("hledger", "beancount"):
        legs = dict(re.findall(r"^ +(Assets:12-00\S*)  (\S+) EUR$", text_of(name), re.MULTILINE))
        assert legs == {"Assets:12-00-A-B": "5.00", "Assets:12-00-A-B-31322d3030": "7.00"}
        Account.objects.filter(pk=first.pk).update(name="A-B")
    beancount(tmp_path)  # bean-check refuses an account that is opened twice


def test_the_general_ledger_is_the_turnover_of_the_trial_balance(books):
    for start, end in RANGES:
        rows = [
            (row["account_code"], Decimal(row["debit"]) - Decimal(row["credit"]))
            for row in rows_of("gl", start, end)
        ]
        turnover = {row.account.code: row.debit - row.credit for row in trial_balance(start, end)}
        assert added(rows) == {code: amount for code, amount in turnover.items() if amount}


def test_the_trial_balance_is_written_as_it_is(books):
    for start, end in RANGES:
        written = [
            [row["account_code"], *(Decimal(row[column]) for column in list(row)[2:])]
            for row in rows_of("trial-balance", start, end)
        ]
        assert written == [
            [
                row.account.code,
                max(row.opening, ZERO),
                max(-row.opening, ZERO),
                row.debit,
                row.credit,
                max(row.closing, ZERO),
                max(-row.closing, ZERO),
            ]
            for row in trial_balance(start, end)
        ]
        sums = [sum(column) for column in zip(*(row[1:] for row in written), strict=True)]
        assert sums[0::2] == sums[1::2]


LEG = re.compile(r"^ +[A-Z]\w+:(\w+)-\S*  (-?\d+\.\d\d) EUR$", re.MULTILINE)


def balances_of(journal):
    return added((code, Decimal(amount)) for code, amount in LEG.findall(journal))


@pytest.mark.parametrize("name", ["hledger", "beancount"])
def test_a_journal_read_back_is_the_trial_balance(name, books):
    for start, end in RANGES:
        assert balances_of(text_of(name, start, end)) == _capitals(closings(start, end))


@pytest.mark.parametrize("name", ["hledger", "beancount"])
def test_one_cent_that_is_changed_anywhere_in_a_journal_is_found(name, books):
    journal, expected = text_of(name), _capitals(closings(None, None))
    legs = list(LEG.finditer(journal))
    assert len(legs) > 5
    for leg in legs:
        last = leg.end(2) - 1
        other = str((int(journal[last]) + 1) % 10)
        assert balances_of(journal[:last] + other + journal[last + 1 :]) != expected, leg


def test_a_range_carries_its_opening_balances(books):
    rows = {row["account_code"]: row for row in rows_of("trial-balance", date(2026, 1, 1), date(2026, 1, 31))}
    assert (rows["1000"]["opening_debit"], rows["1000"]["closing_debit"]) == ("1000000.00", "999987.49")
    assert (rows["bar"]["opening_debit"], rows["bar"]["debit"]) == ("0.00", "12.50")
    assert "2026-01-01 Opening balances\n    Assets:1000" in text_of("hledger", date(2026, 1, 1))


def test_no_text_of_a_cell_is_a_formula_and_no_number_is_quoted(books):
    for row in rows_of("gl"):
        for column, cell in row.items():
            if column not in ("debit", "credit"):
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")), column
        assert re.fullmatch(r"\d+\.\d\d", row["debit"])
        assert re.fullmatch(r"\d+\.\d\d", row["credit"])
    names = {row["account_name"] for row in rows_of("trial-balance")}
    assert "'=SUM(A1:A9)" in names


def test_words_go_whole_into_the_csv(books):
    odd = [row for row in rows_of("gl") if row["party_id"] == "user:9"]
    assert {row["party_name"] for row in odd} == {f"'-{NASTY}"}
    sold = next(row for row in odd if row["source_key"] == "sale:3")
    assert (sold["description"], sold["document_no"]) == (NASTY, "'-1 \n=2")
    assert any(row["source_key"] == "'=x:2" for row in rows_of("gl"))


def test_the_general_ledger_names_entry_tax_code_and_hash(books):
    revenue = next(row for row in rows_of("gl") if row["tax_code"])
    assert revenue["tax_code"] == "DE-S-19"
    assert revenue["currency"] == "EUR"
    assert revenue["entry_no"].startswith("GENERAL-2026-0000")
    assert len(revenue["entry_hash"]) == 64


@pytest.mark.parametrize("name", FORMATS)
def test_the_number_of_statements_does_not_grow_with_the_books(name, books):
    with CaptureQueriesContext(connection) as before:
        text_of(name, date(2026, 3, 1))
    for number in range(20):
        book(transfer(f"more:{number}"))
    with CaptureQueriesContext(connection) as after:
        text_of(name, date(2026, 3, 1))
    assert len(before) == len(after)


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"datev", "fec"}))
def test_empty_books_are_exported_too(name, db):
    assert text_of(name)
    assert text_of(name, date(2026, 1, 1), date(2026, 1, 31))


@pytest.mark.parametrize("name", ["datev", "fec"])
def test_nobody_is_handed_an_empty_file_that_has_to_be_of_a_month_or_year(name, books):
    with pytest.raises(NothingPosted, match="Nothing was posted in these days"):
        text_of(name, date(2027, 1, 1), date(2027, 12, 31))
