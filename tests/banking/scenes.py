"""What the tests of matching share: orders that wait for money, and lines of the bank."""

from decimal import Decimal

from erp.banking import proposals, statements
from erp.banking.models import BankLine

from .papers import TODAY, paid_in


def came(*lines, **changes):
    """Read in a statement of these lines; return them. A line is amount and text, or a dict of facts."""
    content = paid_in(*lines, **changes)
    return list(statements.load(content, name="bank.xml", today=TODAY).lines)


def line(amount, text="", **facts):
    [found] = came({"amount": amount, "text": text, **facts})
    return found


def best(row):
    return proposals.for_line(row)[0]


def sure(row):
    """Return what would be accepted of a line without a person."""
    return proposals.exact(proposals.for_line(row))


def state(row):
    return BankLine.objects.get(pk=row.pk).state


def money(text):
    return Decimal(text)
