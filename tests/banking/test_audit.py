"""A row of the bank changed past all rules is found by the check that looks for it, and by none before."""

import pytest
from django.db import connection, transaction

from accounting import guards
from erp import order_to_cash
from erp.banking import audit, matching, payouts, transfers
from erp.banking.models import PayoutLine
from erp.banking.proposals import Part
from erp.invoicing.models import PaymentOperation
from tests.books import findings
from tests.chain.scenes import FRIDAY, LATER, fresh, place, work
from tests.factories import ProductFactory, sale_line

from .papers import TODAY, open_account
from .reports import report
from .scenes import came, line

pytestmark = pytest.mark.django_db

TAMPERINGS = [
    (audit.statements_add_up, "UPDATE banking_bankstatement SET closing = closing + 1"),
    (audit.statements_add_up, "UPDATE banking_bankline SET amount = amount + 1"),
    (audit.matched_lines_are_matched_whole, "UPDATE banking_bankline SET state = 'open'"),
    (audit.matched_lines_are_matched_whole, "UPDATE banking_bankline SET state = 'matched'"),
    (audit.matched_lines_are_matched_whole, "UPDATE banking_bankmatch SET amount = amount + 1"),
    (audit.matches_are_what_they_name, "UPDATE banking_bankmatch SET amount = amount + 1"),
    (audit.matches_are_what_they_name, "UPDATE banking_payout SET net = net + 1, gross = gross + 1"),
    (audit.the_bank_is_booked_once, "UPDATE banking_bankmatch SET amount = amount + 1 WHERE kind = 'booked'"),
    (
        audit.the_bank_is_booked_once,
        "UPDATE accounting_journalentry SET source_key = 'x' WHERE source_key LIKE 'payout:%'",
    ),
    (audit.what_is_undone_is_reversed, "UPDATE banking_bankmatch SET undone_at = NULL"),
    (
        audit.what_is_undone_is_reversed,
        "UPDATE accounting_journalentry SET source_key = 'x' WHERE source_key LIKE '%:reversal'",
    ),
    (audit.payouts_are_their_lines, "UPDATE banking_payoutline SET fee = fee + 1, net = net - 1"),
    (
        audit.clearing_is_what_is_not_paid_out,
        "UPDATE banking_payoutline SET gross = gross + 1, net = net + 1 WHERE kind = 'charge'",
    ),
    (audit.clearing_is_what_is_not_paid_out, "DELETE FROM banking_payoutexplanation"),
    (audit.explanations_add_up, "UPDATE banking_payoutexplanation SET difference = difference + 1"),
    (audit.transfers_are_their_refunds, "UPDATE banking_transferbatch SET total = total + 1"),
    (audit.transfers_are_their_refunds, "UPDATE banking_transfer SET amount = amount + 1"),
]


@pytest.fixture
def trade():
    """A transfer that came and went back, a payout with an odd line, charges of which one was undone."""
    open_account()
    lamp = ProductFactory(title="Lamp", stock=(9, "4.00"))
    order = place(sale_line(lamp), key="by transfer")
    matching.accept_exact(came(("10.00", order.number)))
    order_to_cash.cancel(fresh(order), on=FRIDAY)
    batch = transfers.order([due.refund for due in transfers.due()], on=FRIDAY)
    matching.accept_exact([line("-10.00", batch.reference + " " + order.number)])
    place(sale_line(lamp), pay="card", key="by card")
    place(sale_line(lamp), pay="card", key="not yet paid out")
    work()
    captured = PaymentOperation.objects.filter(payment__provider="card", kind="capture").order_by("pk")
    rows = [("charge", captured[0].reference, "10.00", "0.35"), ("charge", "who", "3.00", "0.00")]
    rows.append(("adjustment", "odd", "-1.00", "0.00"))
    payouts.load(report(*rows), provider="card", name="report.csv", today=TODAY)
    payouts.explain(PayoutLine.objects.get(reference="odd"), operation=None, note="Lost", on=TODAY)
    matching.accept_exact([line("11.65", "PO-1")])
    for undone in (True, False):
        row = line("-4.90", f"Fee {undone}")
        matching.accept(row, [Part(row.amount, account="FEES")])
        if undone:
            matching.undo(row, because="Wrong", now=LATER)
    line("1.00", "who is this?")


def found_after(check, sql):
    """Return what a check finds after a change, which is then taken back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            guards.drop()
            cursor.execute(sql)
        found = list(check())
        transaction.set_rollback(True)
    return found


def test_each_change_is_found(trade):
    assert findings() == []
    assert [(check.__name__, sql) for check, sql in TAMPERINGS if not found_after(check, sql)] == []
    assert findings() == []


def test_every_check_is_tried():
    assert {check for check, _ in TAMPERINGS} == set(audit.CHECKS)
