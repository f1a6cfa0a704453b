"""The tables of the bank's desks: lines, what they stand for, payouts and clearing accounts."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from accounting import chart
from erp.banking import payouts
from erp.banking.clearing import Waiting
from erp.banking.models import BankLine, BankMatch, PayoutLine, TransferBatch
from erp.banking.reading.mapped import PREVIEWED
from erp.banking.reading.statement import ReadStatement
from erp.invoicing.models import PaymentOperation

from . import links
from .actions import Button, button_for
from .pages import Table

VIEW = "banking.view_bankline"


def lines(found: QuerySet[BankLine]) -> Table:
    """Return lines of the bank."""
    rows = [
        (
            line.booked_on,
            links.to(line, f"{line.amount:,.2f}"),
            line.name,
            line.text,
            line.get_state_display(),
            line.reason,
        )
        for line in found
    ]
    return Table("Lines", ("Booked", "Amount", "Name", "Text", "State", "Why left"), rows, VIEW)


def previews(found: Iterable[ReadStatement]) -> list[Table]:
    """Return the first lines of statements as they would be read in."""
    tables = []
    for one in found:
        rows = [
            (line.booked_on, line.amount, line.name, line.iban, line.text) for line in one.lines[:PREVIEWED]
        ]
        title = f"{len(one.lines)} lines from {one.opening:,.2f} to {one.closing:,.2f}"
        tables.append(Table(title, ("Booked", "Amount", "Name", "IBAN", "Text"), rows))
    return tables


def matches(found: QuerySet[BankMatch]) -> Table:
    """Return what lines stand for, undone ones with the reason."""
    related = "operation__payment__order", "payout", "account", "user"
    rows = [
        (
            match.get_kind_display(),
            what(match),
            match.amount,
            match.why,
            match.user,
            match.at,
            match.undone_because,
        )
        for match in found.select_related(*related).order_by("pk")
    ]
    columns = ("Stands for", "Which", "Amount", "Why", "By", "When", "Undone because")
    return Table("What it stands for", columns, rows, VIEW)


def what(match: BankMatch) -> Any:
    """Return a link to what a match names."""
    if match.operation:
        return movement(match.operation)
    return links.to(match.payout) or links.to(match.account)


def movement(operation: PaymentOperation) -> Any:
    """Return a link to the order behind a movement of money, or to its payment."""
    order: Any = operation.payment.order
    return links.to(order, f"Order {order.number}") if order else links.to(operation.payment)


def payout_lines(found: QuerySet[PayoutLine], *, may_explain: bool) -> Table:
    """Return the lines of a payout, each with what it stands for or why that is not known."""
    related = "payout", "explanation__operation__payment__order"
    rows = [
        (
            line.get_kind_display(),
            line.reference,
            line.gross,
            line.fee,
            line.net,
            _explained(line),
            _explain_button(line) if may_explain and _is_open(line) else "",
        )
        for line in found.select_related(*related).order_by("position")
    ]
    columns = ("What", "Reference", "Gross", "Fee", "Net", "Stands for", "")
    return Table("Lines", columns, rows)


def clearing(role: str, rows: Iterable[Waiting]) -> Table:
    """Return what makes up a clearing account, order by order."""
    cells = [
        (
            row.on,
            row.age,
            links.to(row.order, row.order.number) if row.order else "",
            _what_waits(row.what),
            row.what.reference,
            row.amount,
        )
        for row in rows
    ]
    columns = ("Date", "Days", "Order", "What", "Reference", "Amount")
    return Table(str(chart.account(role)), columns, cells)


def transfers(batch: TransferBatch, done: set[int]) -> Table:
    """Return the transfers of an order to the bank, and which the bank has shown."""
    rows = [
        (
            movement(row.operation),
            row.name,
            row.iban or "by hand",
            row.amount,
            "done" if row.operation_id in done else "ordered",
        )
        for row in batch.transfers.select_related("operation__payment__order").order_by("pk")
    ]
    return Table("Transfers", ("Refund", "To", "IBAN", "Amount", "State"), rows)


def _what_waits(what: Any) -> str:
    if isinstance(what, PayoutLine):
        return f"paid out with {what.payout}, not explained"
    return what.get_kind_display()


def _is_open(line: PayoutLine) -> bool:
    return not hasattr(line, "explanation") and bool(line.gross)


def _explained(line: PayoutLine) -> Any:
    if not line.gross:
        return "fees"
    if _is_open(line):
        return f"Not explained: {payouts.why_open(line)}"
    explanation = line.explanation  # type: ignore[attr-defined]
    if explanation.operation:
        return movement(explanation.operation)
    return f"written off: {explanation.note}"


def _explain_button(line: PayoutLine) -> Button:
    button = button_for(line.payout._meta, "explain", [line.payout_id], label="Explain…")
    return Button(button.label, button.url, [*button.fields, ("line", line.pk)])
