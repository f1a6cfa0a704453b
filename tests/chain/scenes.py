"""What the tests of the chain share: short ways into it, and a picture of every row to compare with."""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Sum

from accounting.models import JournalEntry, JournalLine
from erp import order_to_cash, paying
from erp.delivery.models import DeliveryLine
from erp.documents import outbox
from erp.documents.models import Company
from erp.inventory.models import StockLevel
from erp.invoicing import providers
from erp.invoicing.providers import card as sandbox_card
from erp.sales.models import Step
from erp.sales.pricing import price
from tests.factories import MONDAY, NOON, sale

TUESDAY, FRIDAY = date(2026, 3, 3), date(2026, 3, 6)
LATER = NOON.replace(year=2027)  # after everything in the outbox is due
PARTS = (
    "accounting",
    "documents",
    "inventory",
    "sales",
    "delivery",
    "invoicing",
    "purchasing",
    "banking",
    "order",
    "partner",
    "basket",
    "voucher",
    "offer",
)


def every_row():
    """Return all rows of the chain's tables."""
    rows = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            rows[table] = cursor.fetchall()
    return rows


@cache
def tables():
    return sorted(model._meta.db_table for model in apps.get_models() if model._meta.app_label in PARTS)


@contextmanager
def refused(refusal, sentence):
    """Expect a refusal with a sentence, and that nothing at all has changed by it."""
    before = every_row()
    with pytest.raises(refusal, match=sentence):
        yield
    assert every_row() == before


def card(amount, key="card-1"):
    """Have an amount held on the sandbox card."""
    form = {"card_number": "4111 1111 1111 1111"}
    return paying.start_payment("card", Decimal(amount), key=key, form_data=form, on=MONDAY)


def away(amount, key="card-1"):
    """Have a customer sent to the sandbox card's page, to pay an amount there."""
    form = {"card_number": "4000 0000 0000 3220"}
    return paying.start_payment("card", Decimal(amount), key=key, form_data=form, on=MONDAY)


def place_pending(*lines, key="sale-1", email="", **changes):
    """Place an order on Monday whose customer is on the way to pay it."""
    wish = sale(*lines, key=key, email=email, payment_method="card", **changes)
    wish = replace(wish, payment=away(price(wish).gross, key=key))
    return order_to_cash.place(wish, on=MONDAY)


def approve(payment, kind="authorised", *, now=NOON):
    """The customer approves (or not) on the card's page, and its notice comes in."""
    body, headers = sandbox_card.decide(payment, kind=kind)
    return paying.hear("card", body, headers, now=now)


def tell(payment, kind, *, event=None, now=NOON, **changes):
    """A notice of a payment comes in, as its provider told it."""
    plain = {"payment": payment.reference, "reference": f"{payment.reference}:{kind}"}
    plain |= {"amount": payment.amount, "currency": "EUR"}
    notice = providers.Notice(event=event or f"{payment.reference} {kind}", kind=kind, **(plain | changes))
    return paying.apply(notice, provider=payment.provider, now=now)


def place(*lines, pay="bank", key="sale-1", email="", **changes):
    """Place an order on Monday, without a mail unless an address is given."""
    wish = sale(*lines, key=key, email=email, payment_method=pay, **changes)
    if pay == "card":
        wish = sale(
            *lines,
            key=key,
            email=email,
            payment_method=pay,
            **changes | {"payment": card(price(wish).gross, key=key)},
        )
    return order_to_cash.place(wish, on=MONDAY)


def pay(order, *, amount=None, reference="transfer-1"):
    """The customer's transfer comes in."""
    payment = order.payments.get()
    amount = payment.amount if amount is None else Decimal(amount)
    return order_to_cash.settle(payment, amount=amount, reference=reference, on=TUESDAY)


def ship(order):
    """Everything that is to leave leaves."""
    for note in order.delivery_notes.exclude(state="shipped").order_by("pk"):
        order_to_cash.ship(note, on=TUESDAY)


def work():
    """Have all effects that wait."""
    while outbox.run_due(LATER):
        pass


def leave_undrawn(payload, *, now):
    """Stand in for whoever draws papers."""


def fresh(order):
    return type(order).objects.get(pk=order.pk)


def company(**settings):
    Company.objects.update(**settings)


def stepped(order):
    """Return how far each step of an order is."""
    return dict(Step.objects.filter(order=order).values_list("name", "state"))


def shipped_line(order, place=0):
    return DeliveryLine.objects.filter(note__order=order).order_by("pk")[place]


def on_shelf(product):
    level = StockLevel.objects.get(product=product)
    return level.on_hand, level.reserved


def balances():
    """Return what every account with a role holds, those at zero left out."""
    lines = JournalLine.objects.order_by().values_list("account__role").annotate(Sum("amount"))
    return {role: str(amount) for role, amount in lines if amount}


def entries():
    """Return what was posted apart from stock put there: what caused it, and amounts by role."""
    found = []
    posted = JournalEntry.objects.exclude(journal="OPENING").exclude(source_key__startswith="adjustment")
    for entry in posted.order_by("pk"):
        amounts = defaultdict(Decimal)
        for line in entry.lines.select_related("account").order_by("line_no"):
            amounts[line.account.role] += line.amount
        found.append((entry.source_key.split(":")[0], {role: str(total) for role, total in amounts.items()}))
    return found
