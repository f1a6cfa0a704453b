"""Papers and moves are chained: what is stored is what was hashed, and each takes its own place."""

import pytest
from django.db import DatabaseError, transaction

from accounting.models import NumberSeries
from accounting.numbering import next_place
from accounting.sealing import Wording, linked, sealed
from erp import order_to_cash
from erp.inventory.models import StockMove, StockValue
from erp.invoicing.models import Invoice, InvoiceLine
from erp.invoicing.sealing import seal
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, pay, place, ship, shipped_line
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold():
    """Two invoices and a credit note."""
    lamp = ProductFactory(title="Lämpchen", stock=(9, "4.00"))
    order = place(sale_line(lamp, 3), charge="5.95")
    pay(order)
    ship(order)
    order_to_cash.take_back(order, quantities={shipped_line(order).pk: 1}, on=FRIDAY)
    place(sale_line(lamp), key="another")
    return lamp


def test_a_papers_hash_is_of_the_one_before_its_place_and_what_is_stored_of_it(sold):
    first, second = Invoice.objects.order_by("number")
    said = [seal(paper, paper.lines.order_by("position")) for paper in (first, second)]
    assert first.hash == linked("", 1, said[0])
    assert second.hash == linked(first.hash, 2, said[1])
    assert NumberSeries.objects.get(series="INV").last_hash == second.hash
    assert NumberSeries.objects.get(series="CN").last_hash not in ("", second.hash)


def test_a_product_keeps_the_hash_of_its_last_move(sold):
    moves = list(StockMove.objects.order_by("pk").values_list("hash", flat=True))
    assert len(moves) == len(set(moves)) == 3
    assert StockValue.objects.get().last_hash == moves[-1]
    assert is_sound()


def test_all_but_what_changes_later_is_in_the_hash():
    columns = {field.name for field in InvoiceLine._meta.concrete_fields}
    in_it = {field.name for field in Wording(InvoiceLine, InvoiceLine.FROZEN_WHEN[1]).fields}
    assert columns - in_it == {"released", "credited", "credited_net", "credited_gross"}


@pytest.mark.once
def test_equal_facts_have_equal_seals_whatever_the_order_of_their_keys():
    assert sealed(1, {"a": 1, "ä": None}) == sealed(1, {"ä": None, "a": 1})
    assert sealed([1, 2]) != sealed([12])


@pytest.fixture
def drafted(sold):
    """A draft beside the issued invoices, and the place that its series has given it."""
    paper = Invoice.objects.order_by("number").last()
    paper.pk, paper.number, paper.hash, paper.state = None, None, "", Invoice.State.DRAFT
    Invoice.objects.bulk_create([paper])
    return Invoice.objects.filter(pk=paper.pk), next_place("INV", FRIDAY, seal=seal(paper, []))


def test_a_draft_takes_the_place_that_its_series_gives(drafted):
    paper, given = drafted
    assert paper.update(number=given.number, hash=given.hash, state="issued") == 1


@pytest.mark.parametrize("change", ["number", "hash", "series"])
def test_a_draft_takes_no_other_number_or_hash(drafted, change):
    paper, given = drafted
    number, digest = given
    number = {"number": "INV-2026-000009", "series": "CN-2026-000003"}.get(change, number)
    digest = 64 * "0" if change == "hash" else digest
    with pytest.raises(DatabaseError, match="the next number and hash of its series"), transaction.atomic():
        paper.update(number=number, hash=digest, state="issued")


def test_no_paper_is_written_with_its_number(sold):
    paper = Invoice.objects.order_by("number").last()
    paper.pk, paper.number = None, "INV-2026-000003"
    with pytest.raises(DatabaseError, match="begins as a draft"), transaction.atomic():
        Invoice.objects.bulk_create([paper])
