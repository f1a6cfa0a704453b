"""A change of one cent, made past the guards, is found."""

from datetime import date

import pytest
from django.db import connection, transaction

from accounting import guards
from accounting.ledger import balance
from accounting.models import JournalEntry, Party
from accounting.periods import lock, period_for
from accounting.reports import general_ledger, trial_balance

from .attack import TABLES
from .forging import draft, execute
from .scenes import MONDAY, book, findings, transfer

TAMPERINGS = {
    "an amount": "UPDATE {lines} SET amount = amount + 1 WHERE entry_id = {sale} AND line_no = 1",
    "two amounts that balance": "UPDATE {lines} SET amount = amount"
    " + CASE line_no WHEN 2 THEN 1 ELSE -1 END WHERE entry_id = {sale} AND line_no > 1",
    "an account": "UPDATE {lines} SET account_id = (SELECT id FROM accounting_account"
    " WHERE role = 'FEES') WHERE entry_id = {sale} AND line_no = 2",
    "a party": "UPDATE {lines} SET party_id = {stranger} WHERE entry_id = {sale} AND line_no = 1",
    "a tax code": "UPDATE {lines} SET tax_code_id = NULL WHERE entry_id = {sale}",
    "a due date": "UPDATE {lines} SET due_date = '2027-01-01' WHERE entry_id = {sale}",
    "words of a line": "UPDATE {lines} SET memo = 'x' WHERE entry_id = {sale}",
    "a foreign amount": "UPDATE {lines} SET currency = 'USD', amount_cur = 1 WHERE entry_id = {sale}",
    "a line's date": "UPDATE {lines} SET date = '2026-03-09' WHERE entry_id = {sale}",
    "an entry's date": "UPDATE {entries} SET date = '2026-03-09' WHERE id = {sale}",
    "a document's number": "UPDATE {entries} SET document_no = 'x' WHERE id = {sale}",
    "the words of an entry": "UPDATE {entries} SET memo = 'x' WHERE id = {sale}",
    "a source": "UPDATE {entries} SET source_key = 'x' WHERE id = {sale}",
    "what is reversed": "UPDATE {entries} SET reverses_id = {payment} WHERE id = {sale}",
    "a number": "UPDATE {entries} SET number = 77 WHERE id = {sale}",
    "a posting": "UPDATE {entries} SET number = NULL WHERE id = {sale}",
    "a hash": "UPDATE {entries} SET hash = 'x' WHERE id = {sale}",
    "the last hash": "UPDATE accounting_journalsequence SET last_hash = 'x'",
    "a counter": "UPDATE accounting_journalsequence SET last_no = last_no + 1",
    "a counter away": "DELETE FROM accounting_journalsequence",
    "a debt": "UPDATE accounting_openitem SET residual = residual - 1 WHERE original > 0",
    "a debt and what it was": "UPDATE {items} SET residual = residual - 1, original = original - 1"
    " WHERE original > 0",
    "all that was settled away": "DELETE FROM accounting_allocation; DELETE FROM {items} WHERE residual = 0",
    "a lock of an area": "UPDATE accounting_period SET vat_locked = TRUE",
    "the word on a lock": "DELETE FROM accounting_periodchange",
    "an allocation": "UPDATE accounting_allocation SET amount = amount - 1",
    "an allocation away": "DELETE FROM accounting_allocation",
    "a kept balance": "UPDATE accounting_balancesnapshot SET debit = debit + 1",
    "a kept balance away": "DELETE FROM accounting_balancesnapshot WHERE debit > 0",
    "all kept balances away": "DELETE FROM accounting_balancesnapshot",
    "a period unlocked": "UPDATE accounting_period SET locked = FALSE",
    "an entry's period": "UPDATE {entries} SET period_id = (SELECT MIN(id) FROM accounting_period)",
    "the lines of an entry away": "DELETE FROM {lines} WHERE date = '2026-01-15'",
    "two lines turned round": "UPDATE {lines} SET amount = -amount WHERE date = '2026-01-15'",
    "the place of a line": "UPDATE {lines} SET line_no = 9 WHERE entry_id = {sale} AND line_no = 1",
    "an entry's day and its lines'": "UPDATE {lines} SET date = '2026-03-09' WHERE entry_id = {sale};"
    "UPDATE {entries} SET date = '2026-03-09' WHERE id = {sale}",
    "two numbers changed about": "UPDATE {entries} SET number = 99 WHERE id = {sale};"
    "UPDATE {entries} SET number = 1 WHERE id = {payment}; UPDATE {entries} SET number = 2 WHERE id = {sale}",
    "an account's number": "UPDATE accounting_account SET code = 'X' WHERE role = 'REVENUE'",
    "a party's key": "UPDATE accounting_party SET key = 'x' WHERE key = 'user:7'",
    "a code of tax": "UPDATE accounting_taxcode SET code = 'x' WHERE code = 'DE-S-19'",
}


@pytest.fixture
def keys(paid, sold):
    book(transfer("x:1", on=date(2026, 1, 15)))
    with transaction.atomic():
        lock(period_for(date(2026, 1, 15)), reason="Declared", by=None)
    stranger = Party.objects.create(key="user:8", name="Bob")
    return {"sale": sold.pk, "payment": paid.pk, "stranger": stranger.pk}


@pytest.mark.parametrize("sql", TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampering_with(sql, keys):
    assert findings() == []
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    guards.drop()
    for statement in sql.split(";"):
        execute(statement.format(**TABLES, **keys))
    guards.install()
    found = findings()
    assert found
    assert all(sentence.endswith(".") for sentence in found)


def test_a_draft_left_behind_is_found(db):
    draft(("BANK", 5), ("FEES", -5))
    assert findings() == ["The entry of draft:1 is still a draft."]


def test_an_entry_gone_is_a_gap(keys):
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    payment = JournalEntry.objects.get(source_key="payment:1")
    guards.drop()
    its_lines = f"SELECT id FROM accounting_journalline WHERE entry_id = {payment.pk}"
    for table, where in [
        ("accounting_allocation", "1 = 1"),
        ("accounting_openitem", f"line_id IN ({its_lines})"),
        ("accounting_journalline", f"entry_id = {payment.pk}"),
        ("accounting_journalentry", f"id = {payment.pk}"),
    ]:
        execute(f"DELETE FROM {table} WHERE {where}")
    guards.install()
    assert any("2 entries up to 3, counted are 3" in sentence for sentence in findings())


def test_a_missing_guard_is_a_finding(db):
    guards.drop()
    assert len(findings()) > 20
    guards.install()
    assert findings() == []


def test_drafts_stand_in_no_report(db):
    book(transfer("x:1", on=MONDAY, amount="3.00"))
    draft(("BANK", 500), ("FEES", -500))
    assert balance("BANK") == 3
    assert [row.closing for row in trial_balance()] == [3, -3]
    assert len(list(general_ledger())) == 2
