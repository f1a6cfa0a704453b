"""Whatever words people write, and whatever is posted: an export read back is the trial balance."""

import csv
import io
import re
import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounting.exports.plain_text import account_names
from accounting.ledger import post
from accounting.models import Account, Party
from accounting.money import from_minor
from accounting.reports import general_ledger, trial_balance
from tests.other_programs import beancount, exported, hledger, ledger

from .scenes import payment, sale

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40) | st.sampled_from(
    [
        "=1+1",
        "  ; x",
        "@SUM(A1)",
        '"',
        "\\",
        "\\n\n\r",
        "| x",
        "()",
        "2026-01-01 * x",
        "'",
        "-5",
        "\u2028",
        "\ufeff",
    ]
)
days = st.dates(date(2025, 11, 1), date(2026, 2, 28))
cents = st.integers(1, 10**11).map(from_minor)
events = st.lists(st.tuples(days, cents, words, words, words), min_size=1, max_size=5)
ranges = st.tuples(st.none() | days, st.none() | days).filter(
    lambda days: None in days or days[0] <= days[1]  # the command refuses the others
)
LEG = re.compile(r"^ +[A-Z]\w+:(\d+)(?:-\S+)?  (-?\d+\.\d\d) EUR$", re.MULTILINE)


def post_all(history):
    for number, (day, amount, name, memo, paper) in enumerate(history):
        party, _ = Party.objects.update_or_create(key=f"p:{number}", defaults={"name": name})
        sold = sale(party, key=f"sale:{number}", on=day, net=amount, tax="0.19")
        paid = payment(party, amount, key=f"payment:{number}", on=day)
        for entry in (sold, paid):
            with transaction.atomic():
                post(replace(entry, memo=memo, document_no=paper))
    Account.objects.filter(role="BANK").update(name=history[0][2])


def unquoted(cell):
    return re.sub(r"^'(?=[-=+@\t\r\n])", "", cell)


codes = st.text(st.sampled_from("12aA- ./_"), min_size=1, max_size=4) | st.sampled_from(["1200", "1200-A"])
names = st.text(st.sampled_from("AB- /#"), max_size=4)
accounts = st.lists(st.tuples(codes, names), min_size=1, max_size=12, unique_by=lambda pair: pair[0])


class Exports(TestCase):
    @given(accounts)
    @settings(max_examples=60, deadline=None)
    def test_no_two_accounts_are_written_under_one_name(self, charted):
        made = [(code.strip() or "0", name) for code, name in charted]
        for code, name in dict(made).items():
            Account.objects.get_or_create(code=code, defaults={"name": name, "kind": "asset"})
        found = account_names()
        assert set(found) == set(Account.objects.values_list("code", flat=True))
        assert len(set(found.values())) == len(found)
        assert all(re.fullmatch(r"[A-Z][a-z]+:[A-Z0-9](-?[^\W_])*", name) for name in found.values())

    @given(events, ranges)
    @settings(max_examples=25, deadline=None)
    def test_what_was_written_is_read_back(self, history, days):
        post_all(history)
        with tempfile.TemporaryDirectory() as folder:
            text = {
                name: exported(name, Path(folder), *days).read_bytes().decode()
                for name in ("gl", "trial-balance", "hledger", "beancount")
            }
        balances = trial_balance(*days)
        rows = list(csv.DictReader(io.StringIO(text["trial-balance"], newline="")))
        assert [unquoted(row["account_name"]) for row in rows] == [row.account.name for row in balances]
        assert [Decimal(row["closing_debit"]) - Decimal(row["closing_credit"]) for row in rows] == [
            row.closing for row in balances
        ]
        lines = list(csv.DictReader(io.StringIO(text["gl"], newline="")))
        assert [
            (row["entry_no"], unquoted(row["description"]), Decimal(row["debit"]) - Decimal(row["credit"]))
            for row in lines
        ] == [(row.entry_no, row.description, row.amount) for row in general_ledger(*days)]
        for name in ("hledger", "beancount"):
            found = dict.fromkeys((row.account.code for row in balances), Decimal(0))
            for code, amount in LEG.findall(text[name]):
                found[code] += Decimal(amount)
            assert found == {row.account.code: row.closing for row in balances}

    @given(events)
    @settings(max_examples=5, deadline=None)
    def test_other_programs_read_it(self, history):
        post_all(history)
        expected = {row.account.code: row.closing for row in trial_balance() if row.closing}
        with tempfile.TemporaryDirectory() as folder:
            for program in (hledger, ledger, beancount):
                assert program(Path(folder)) == expected
