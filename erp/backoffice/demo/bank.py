"""What the demo company's bank and card provider say: a statement with matched and open lines, a payout."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from stdnum import iban

from accounting import chart
from accounting.money import ZERO, money
from erp.backoffice.demo.people import colleague
from erp.banking import clearing, matching, moves, payouts, statements
from erp.banking.models import BankStatement, CsvMapping, Payout
from erp.banking.reading.payouts import Columns
from erp.invoicing.models import PaymentOperation

FORMAT = {
    "name": "Bank of the Linden",
    "delimiter": ";",
    "decimal_mark": ".",
    "date_format": "%Y-%m-%d",
    "booked_on": "Booked",
    "amount": "Amount",
    "party": "Name",
    "iban": "IBAN",
    "text": "Text",
    "balance": "Balance",
}
OPENING = Decimal("18250.00")
DAYS = 22
PAID_OUT = "SANDBOX-0001"
# What nobody here can be sure of: days ago, amount, name, text.
OPEN: list[tuple[int, str, str, str]] = [
    (4, "-6.90", "Bank of the Linden", "Account fee of last month"),
    (2, "23.80", "Fenja Holm", "for the pretty bowls"),
    (1, "20.00", "Noor Peeters", "first part, the rest follows on Friday"),
]

Line = tuple[date, Decimal, str, str, str]


@transaction.atomic
def load(say: Callable[[str], None], *, today: date) -> None:
    """Read in what provider and bank report, and accept what is sure."""
    if BankStatement.objects.exists():
        return
    say("bank statement and payout")
    by = colleague("accountant")
    report = _report(today)
    payouts.load(report, provider="card", name="payouts.csv", today=today, columns=Columns(), by=by)
    mapping, _ = CsvMapping.objects.get_or_create(name=FORMAT["name"], defaults=FORMAT)
    imported = statements.load(_statement(today), name="statement.csv", today=today, mapping=mapping, by=by)
    matching.accept_exact(imported.lines, by=by)


def _report(today: date) -> bytes:
    """Return the card provider's report of all that moved until five days ago."""
    until = today - timedelta(days=5)
    rows = [["payout", "paid_on", "currency", "kind", "reference", "gross", "fee", "net"]]
    for operation in moves.in_clearing(chart.CLEARING).filter(on__lte=until).order_by("on", "pk"):
        gross = clearing.signed(operation)
        fee = money(gross * Decimal("0.014")) + Decimal("0.25") if gross > 0 else ZERO
        kind = "charge" if gross > 0 else "refund"
        row = [PAID_OUT, today - timedelta(days=3), "EUR", kind, operation.reference, gross, fee, gross - fee]
        rows.append([str(cell) for cell in row])
    return _csv(rows, ",")


def _statement(today: date) -> bytes:
    """Return the bank's file of the last weeks, the oldest line first."""
    rows = [["Booked", "Amount", "Name", "IBAN", "Text", "Balance"]]
    balance = OPENING
    for on, amount, name, account, text in sorted(_lines(today)):
        balance += amount
        rows.append([on.isoformat(), str(amount), name, account, text, str(balance)])
    return _csv(rows, ";")


def _lines(today: date) -> Iterator[Line]:
    """Yield transfers the accountant has seen already, the payout, and what is open."""
    since = today - timedelta(days=DAYS)
    for operation in moves.captures_not_on_statement().filter(on__gte=since):
        order: Any = operation.payment.order
        name = operation.payment.party.name if operation.payment.party else ""
        yield operation.on, operation.amount, name, _iban(operation), f"Order {order.number}"
    payout = Payout.objects.get(reference=PAID_OUT)
    yield payout.paid_on + timedelta(days=1), payout.net, "Card (sandbox)", "", f"Payout {payout}"
    for days, amount, name, text in OPEN:
        yield today - timedelta(days=days), Decimal(amount), name, "", text


def _iban(operation: PaymentOperation) -> str:
    """Return an account for a customer at a bank that does not exist."""
    basic = f"99999999{operation.payment.party_id or 0:010d}"
    return f"DE{iban.calc_check_digits(f'DE00{basic}')}{basic}"


def _csv(rows: list[list[str]], delimiter: str) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode()
