"""Balances, trial balance and ledger, read as of any day."""

from datetime import date
from decimal import Decimal

from accounting.chart import account
from accounting.lines import AccountLines
from accounting.reports import general_ledger, trial_balance

from .scenes import MONDAY, TUESDAY, book, payment, transfer


def figures(start=None, end=None):
    return {
        row.account.role: (row.opening, row.debit, row.credit, row.closing)
        for row in trial_balance(start, end)
    }


def test_a_trial_balance_has_opening_turnover_and_closing(paid):
    assert figures() == {
        "BANK": (0, 60, 0, 60),
        "RECEIVABLE": (0, 119, 60, 59),
        "VAT_PAYABLE": (0, 0, 19, -19),
        "REVENUE": (0, 0, 100, -100),
    }
    assert figures(TUESDAY)["RECEIVABLE"] == (119, 0, 60, 59)
    assert figures(TUESDAY)["REVENUE"] == (-100, 0, 0, -100)
    assert figures(None, MONDAY)["RECEIVABLE"] == (0, 119, 0, 119)
    assert figures(date(2027, 1, 1))["BANK"] == (60, 0, 0, 60)
    assert figures(None, date(2025, 1, 1)) == {}


def test_the_ledger_is_told_by_day_entry_and_line(paid, customer):
    book(transfer("early:1", on=date(2026, 1, 5)))
    rows = list(general_ledger())
    assert [(row.source_key, row.line_no) for row in rows] == [
        ("early:1", 1),
        ("early:1", 2),
        ("sale:1", 1),
        ("sale:1", 2),
        ("sale:1", 3),
        ("payment:1", 1),
        ("payment:1", 2),
    ]
    sale = rows[2]
    assert (sale.entry_no, sale.account_code, sale.party_name) == (
        "GENERAL-2026-000001",
        "1200",
        customer.name,
    )
    assert (sale.description, sale.document_no, rows[3].tax_code) == ("Two lamps", "INV-sale:1", "DE-S-19")
    assert [row.source_key for row in general_ledger(TUESDAY, TUESDAY)] == ["payment:1"] * 2


def test_an_accounts_balance_runs_on_from_the_days_before(paid, customer):
    book(payment(customer, "9.00", key="payment:2", on=date(2026, 4, 1)))
    receivable = account("RECEIVABLE")
    for start, end, expected in (
        (MONDAY, date(2026, 4, 1), [119, 59, 50]),
        (TUESDAY, date(2026, 4, 1), [59, 50]),
        (TUESDAY, TUESDAY, [Decimal("59.00")]),
    ):
        assert [balance for _, balance in AccountLines(receivable, start, end).every()] == expected
