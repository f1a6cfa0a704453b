"""Entries that the tests post."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from accounting.audit import CHECKS
from accounting.chart import BANK, RECEIVABLE, REVENUE, VAT_PAYABLE
from accounting.ledger import Entry, credit, debit, post

MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)


def findings():
    return [finding for check in CHECKS for finding in check()]


def books_are_sound():
    """Ask the checks of the books alone: there are no documents behind these entries."""
    assert findings() == []
    return True


def book(entry, *, then=None, **how):
    """Post an entry in a transaction of its own."""
    with transaction.atomic():
        posted = post(entry, **how)
        if then:
            then(posted)
    return posted


def sale(customer, *, key="sale:1", on=MONDAY, vat=None, net="100.00", tax="19.00"):
    net, tax = Decimal(net), Decimal(tax)
    return Entry(
        date=on,
        source_key=key,
        memo="Two lamps",
        lines=(
            debit(RECEIVABLE, net + tax, party=customer, due=on),
            credit(REVENUE, net, tax_code=vat),
            credit(VAT_PAYABLE, tax),
        ),
        document_no=f"INV-{key}",
    )


def payment(customer, amount, *, key="payment:1", on=TUESDAY):
    return Entry(
        date=on,
        source_key=key,
        memo="Bank transfer",
        lines=(debit(BANK, Decimal(amount)), credit(RECEIVABLE, Decimal(amount), party=customer)),
    )


def transfer(key, *, on=MONDAY, amount="1.00", debited="BANK", credited="OPENING_BALANCES"):
    """An entry of two lines without a party."""
    lines = (debit(debited, Decimal(amount)), credit(credited, Decimal(amount)))
    return Entry(date=on, source_key=key, memo="Transfer", lines=lines)
