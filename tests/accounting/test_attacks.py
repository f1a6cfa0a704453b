"""Each attack on the books is refused by the database, in words, and changes nothing."""

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models.signals import post_migrate, pre_migrate

from accounting import guards
from accounting.chart import account
from accounting.ledger import open_item
from accounting.models import (
    Account,
    Allocation,
    BalanceSnapshot,
    JournalEntry,
    JournalLine,
    JournalSequence,
    NumberSeries,
    OpenItem,
    Party,
    Period,
)
from accounting.numbering import next_place
from accounting.periods import lock, period_for

from .attacks import ATTACKS
from .forging import draft, execute
from .scenes import MONDAY, book, payment, transfer

ROWS = [Account, Allocation, BalanceSnapshot, JournalEntry, JournalLine, JournalSequence, NumberSeries]
ROWS += [OpenItem, Party, Period]


CHANGED = [(JournalLine, "memo"), (JournalEntry, "memo"), (OpenItem, "residual"), (Period, "locked_at")]


@pytest.fixture
def keys(paid, sold, customer, vat):
    """The keys that the attacks name. January and February are locked; one draft lies about."""
    stranger = Party.objects.create(key="user:8", name="Bob")
    book(payment(stranger, "10.00", key="payment:2"))
    book(
        transfer("old:1", on=date(2026, 1, 15)),
        take_number=lambda: next_place("INV", MONDAY, seal="x").number,
    )
    for month in (1, 2):
        with transaction.atomic():
            lock(period_for(date(2026, month, 15)), reason="Declared", by=None)
    drafted = draft(("BANK", 5), ("FEES", -5))
    yes, no = ("TRUE", "FALSE") if connection.vendor == "postgresql" else (1, 0)
    return {
        "sale": sold.pk,
        "payment": paid.pk,
        "line": sold.lines.get(line_no=1).pk,
        "taxed": sold.lines.get(line_no=2).pk,
        "item": open_item("sale:1").pk,
        "paid_item": open_item("payment:1").pk,
        "others_item": open_item("payment:2").pk,
        "bank": account("BANK").pk,
        "customer": customer.pk,
        "stranger": stranger.pk,
        "vat": vat.pk,
        "period": sold.period_id,
        "year": sold.fiscal_year_id,
        "draft": drafted.pk,
        "draft_line": drafted.lines.get(line_no=1).pk,
        "true": yes,
        "false": no,
    }


def everything():
    return [list(model.objects.order_by("pk").values()) for model in ROWS]


@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.tries) for attack in ATTACKS])
def test_an_attack_is_refused_and_changes_nothing(attack, keys):
    if not attack.is_known_here:
        pytest.skip(f"Only {attack.only} knows this statement.")
    before = everything()
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")  # Else a truncation is refused for another reason.
    with pytest.raises(IntegrityError, match=attack.refused), transaction.atomic():
        execute(attack.statement(keys))
    assert everything() == before


def test_there_are_more_than_twenty_attacks_for_each_database():
    for vendor in ("sqlite", "postgresql"):
        assert sum(attack.only in ("", vendor) for attack in ATTACKS) >= 20


@pytest.mark.django_db(transaction=True)
def test_a_changed_column_leaves_every_guard_in_place(request):
    """As `migrate` does it: SQLite builds the table anew, and would lose its triggers."""
    keys = request.getfixturevalue("keys")
    for model, name in CHANGED:
        tell(pre_migrate)
        old = model._meta.get_field(name)
        new = old.clone()
        new.set_attributes_from_name(name)
        new.model, new.db_default = model, old.db_default
        if name == "memo":
            new.max_length = 700
        else:
            new.db_index = True
        with connection.schema_editor() as editor:
            editor.alter_field(model, old, new)
            editor.alter_field(model, new, old)
        tell(post_migrate)
    assert guards.missing() == []
    for attack in ATTACKS:
        if attack.is_known_here:
            with pytest.raises(IntegrityError, match=attack.refused), transaction.atomic():
                execute(attack.statement(keys))


def tell(signal):
    config = apps.get_app_config("accounting")
    signal.send(
        config, app_config=config, apps=apps, using="default", verbosity=0, interactive=False, plan=[]
    )
