"""An entry before it is posted: balanced, summed, and known again by its digest."""

from dataclasses import FrozenInstanceError, replace
from decimal import Decimal

import pytest

from accounting.chart import BANK, OPENING_BALANCES, REVENUE
from accounting.ledger import Entry, Unbalanced, credit, debit
from accounting.models import TaxCode

from .scenes import MONDAY, TUESDAY


def entry(*lines, **other):
    return Entry(**{"date": MONDAY, "source_key": "x:1", "memo": "X", "lines": lines} | other)


def test_an_unbalanced_entry_cannot_be_made():
    with pytest.raises(Unbalanced, match=r"x:1: debits and credits differ by 0\.01"):
        entry(debit(BANK, Decimal("10.00")), credit(REVENUE, Decimal("9.99")))


def test_an_entry_is_frozen():
    with pytest.raises(FrozenInstanceError):
        entry(debit(BANK, Decimal(1)), credit(REVENUE, Decimal(1))).memo = "other"


def test_part_of_a_cent_and_a_float_are_faults_of_the_program():
    with pytest.raises(ValueError, match="whole number of cents"):
        entry(debit(BANK, Decimal("0.005")), credit(REVENUE, Decimal("0.005")))
    with pytest.raises(TypeError):
        entry(debit(BANK, 0.5), credit(REVENUE, 0.5))


def test_an_entry_knows_its_journal_and_source():
    with pytest.raises(ValueError, match="no entry"):
        entry(journal="NOWHERE")
    with pytest.raises(ValueError, match="no entry"):
        entry(source_key="")


def test_lines_of_zero_are_left_out():
    assert entry(debit(BANK, Decimal("0.00")), credit(REVENUE, Decimal("0.00"))).is_empty


def test_lines_alike_are_summed_and_debits_are_kept_from_credits():
    made = entry(
        debit(BANK, Decimal(3)),
        debit(BANK, Decimal(4)),
        credit(BANK, Decimal(2)),
        credit(REVENUE, Decimal(5)),
    )
    assert [(line.account, line.amount) for line in made.lines] == [(BANK, 7), (BANK, -2), (REVENUE, -5)]


def test_tax_codes_are_kept_apart():
    high, low = TaxCode(pk=1, code="A"), TaxCode(pk=2, code="B")
    made = entry(
        debit(BANK, Decimal(3)),
        credit(REVENUE, Decimal(1), tax_code=high),
        credit(REVENUE, Decimal(2), tax_code=low),
    )
    assert len(made.lines) == 3


def test_the_digest_is_of_what_the_event_says_not_of_its_words():
    made = entry(debit(BANK, Decimal(3)), credit(OPENING_BALANCES, Decimal(3)))
    turned = entry(credit(OPENING_BALANCES, Decimal(3)), debit(BANK, Decimal(3)), memo="Other words")
    assert made.digest == turned.digest == replace(made, document_no="INV-1").digest
    assert made.digest != replace(made, date=TUESDAY).digest
    assert made.digest != entry(debit(BANK, Decimal(4)), credit(OPENING_BALANCES, Decimal(4))).digest
