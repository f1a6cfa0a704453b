"""Whatever stands in the cells: each row is taken, or refused by column, value and reason."""

import os
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from accounting.models import JournalEntry
from accounting.money import money
from erp.backoffice.intake import previewing, running
from erp.backoffice.intake.kinds import KINDS
from erp.documents.models import Company
from erp.inventory.models import StockMove
from tests.backoffice.intake.scenes import TUESDAY, finish, keep, sheet, take, undo, why
from tests.books import is_sound
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

Product = get_model("catalogue", "Product")

TRIES = int(os.environ.get("IMPORT_TRIES", "25"))
WORDS = (
    *("", " ", "LAMP", "BOWL", "main", "transit", "Goods", "1", "0", "-1", "1.5", "1,5", "1.234", "9" * 40),
    *(
        "999999999.99",
        "1e5",
        "NaN",
        "inf",
        "=1+1",
        "'=1+1",
        "+1",
        "@x",
        "x" * 300,
        "a\tb",
        "a\nb",
        "\x07",
        "\ufffe",
    ),
    *("ja", "maybe", "DE", "Deutschland", "DE89370400440532013000", "DE00", "x@example.com", "2026-02-30"),
    *(
        "31.12.2026",
        "0000-00-00",
        "A > B | C",
        "A > | B",
        ">",
        "|",
        "child",
        "parent",
        "product:1",
        "1200",
        "1300",
    ),
    *(
        "product:99999999999999999999",
        "<script>alert(1)</script>",
        "'; DROP TABLE x;--",
        "💡",
        "\u202e",
        "ß",
        "١٢",
    ),
)


@pytest.mark.parametrize("kind", KINDS)
def test_any_words_in_any_cell_are_taken_or_refused(kind, lamp, bowl):
    chance = random.Random(kind)
    columns = [column.name for column in KINDS[kind].columns] + ["attribute:colour"] * (kind == "products")
    for _ in range(TRIES):
        rows = [[chance.choice(WORDS) for _ in columns] for _ in range(8)]
        quoted = [",".join('"{}"'.format(cell.replace('"', '""')) for cell in row) for row in rows]
        content = "\n".join([",".join(columns), *quoted]).encode("utf-8", "surrogatepass")
        kept = previewing.keep(content, KINDS[kind], name="list.csv")
        for row in kept.rows.exclude(wrong=[]):
            assert row.fate == "refused"
            assert all(len(wrong) == 3 and wrong[2] for wrong in row.wrong)
        if not kept.wrong and kept.rows.filter(fate__in=["new", "changed"]).exists() and kind != "opening":
            running.accept(kept, mode="good")
            assert finish(kept).state == "done"
            undo(kept)
    assert is_sound()


def test_what_one_person_may_not_adjust_no_list_may(lamp, bowl):
    Company.objects.update_or_create(
        pk=1,
        defaults={"name": "A", "address": "B", "email": "a@example.com", "adjustment_limit": money("100.00")},
    )
    ((row, column, reason),) = why("stock", "sku,quantity", "LAMP,7", "BOWL,5")
    assert (row, column) == (2, "quantity")
    assert reason == "changes 120.00, more than 100.00: adjust it, and have it approved"


def test_what_nobody_knows_the_cost_of_is_asked_for():
    ProductFactory(upc="NEW")
    assert why("stock", "sku,quantity,cost", "NEW,5,") == [
        (2, "cost", "nothing of it is here yet: say what a piece has cost")
    ]
    assert why("stock", "sku,warehouse,quantity", "NEW,nowhere,0") == [(2, "warehouse", "is not known here")]
    assert take("stock", "sku,quantity,cost", "NEW,5,0.00").state == "done"


@pytest.mark.parametrize("kind", ["prices", "stock"])
def test_the_statements_of_a_part_do_not_grow_with_its_rows(kind):
    cost = {}
    for count in (3, 20):
        skus = [ProductFactory(stock=(2, "4.00")).upc for _ in range(count)]
        column = {"prices": "price", "stock": "quantity"}[kind]
        kept = keep(kind, f"sku,{column}", *(f"{sku},{place % 2 * 4}" for place, sku in enumerate(skus)))
        running.accept(kept, mode="good")
        with CaptureQueriesContext(connection) as queries:
            running.work(kept.pk, on=TUESDAY)
        kept.refresh_from_db()
        assert (kept.state, kept.rows.filter(is_taken=True).count()) == ("done", count)
        cost[count] = len(queries)
    assert cost[20] <= cost[3]  # the first of a year begins a counter


def test_a_count_is_one_entry_for_what_was_found_and_one_for_what_is_gone(lamp, bowl):
    before = JournalEntry.objects.count()
    kept = take("stock", "sku,quantity", "LAMP,12", "BOWL,4")
    assert JournalEntry.objects.count() == before + 2
    keys = set(
        StockMove.objects.filter(source_key__startswith="import:").values_list("source_key", flat=True)
    )
    assert keys == {f"import:{kept.pk}:2:found", f"import:{kept.pk}:2:gone"}
    assert sheet("a,b", "1,2", mark=";") == b"a;b\n1;2"
