"""No code path changes stock without its move: raw SQL, the ORM, Oscar's own ways, on either database."""

import pytest
from django.db import DatabaseError, connection, transaction
from oscar.core.loading import get_model

from erp.inventory.models import StockLevel, StockMove, StockValue
from tests.books import is_sound
from tests.chain.scenes import every_row

pytestmark = pytest.mark.django_db

StockRecord = get_model("partner", "StockRecord")

BY_MOVE = "A quantity in stock changes by a stock move"
VALUE = "The value of stock changes by a stock move"
RECORD = "The shop sells from what lies in the warehouses"
GOES_ON = "A stock move goes on from the move before it"
COLUMNS = (
    "product_id, warehouse_id, kind, quantity, unavailable, condition, value, on_hand_after,"
    " unavailable_after, value_after, source_key, reason, hash, moved_on"
)


def move(quantity=0, aside=0, condition="", value=0, after="on_hand_after", worth="value_after", own="0"):
    """Return SQL that writes a move which follows the last one, with the figures given after it."""
    return (
        f"INSERT INTO inventory_stockmove ({COLUMNS}) SELECT product_id, warehouse_id, 'adjustment',"
        f" {quantity}, {aside}, '{condition}', {value}, {after}, unavailable_after, {worth}, 'x:1', '',"
        f" '{64 * own}', '2026-03-09' FROM inventory_stockmove"
        " WHERE id = (SELECT MAX(id) FROM inventory_stockmove)"
    )


BY_SQL = [
    ("UPDATE inventory_stocklevel SET on_hand = on_hand + 1", BY_MOVE),
    ("UPDATE inventory_stocklevel SET unavailable = unavailable + 1", BY_MOVE),
    ("UPDATE inventory_stocklevel SET product_id = product_id + 1", "keeps its place"),
    ("UPDATE inventory_stocklevel SET warehouse_id = 0", "keeps its place"),
    ("DELETE FROM inventory_stocklevel", "never deleted"),
    (
        "INSERT INTO inventory_stocklevel (product_id, warehouse_id, on_hand, reserved, unavailable, bin)"
        " SELECT product_id, (SELECT id FROM inventory_warehouse WHERE is_transit), 5, 0, 0, ''"
        " FROM inventory_stockvalue",
        "begins at zero",
    ),
    ("UPDATE inventory_stocklevel SET reserved = reserved + 9", "never_promise_more_than_is_here"),
    ("UPDATE inventory_stockvalue SET value = value + 1", VALUE),
    ("UPDATE inventory_stockvalue SET quantity = quantity + 1", VALUE),
    ("UPDATE inventory_stockvalue SET last_hash = ''", VALUE),
    ("DELETE FROM inventory_stockvalue", "never deleted"),
    ("UPDATE partner_stockrecord SET num_in_stock = num_in_stock + 1", RECORD),
    ("UPDATE partner_stockrecord SET num_in_stock = NULL", RECORD),
    ("UPDATE partner_stockrecord SET num_allocated = 0", RECORD),
    ("UPDATE partner_stockrecord SET product_id = product_id + 1", "keeps its product"),
    ("DELETE FROM partner_stockrecord", "keeps its stock record"),
    (
        "INSERT INTO partner_stockrecord (product_id, partner_id, partner_sku, price_currency, num_in_stock,"
        " num_allocated, date_created, date_updated) SELECT product_id, partner_id, 'TWIN', price_currency,"
        " num_in_stock, num_allocated, date_created, date_updated FROM partner_stockrecord",
        "has one stock record",
    ),
    ("DELETE FROM inventory_stockmove", "never deleted"),
    ("UPDATE inventory_stockmove SET on_hand_after = 0", "written once"),
    (move(quantity=1), GOES_ON),
    (move(quantity=1, after="on_hand_after + 2"), GOES_ON),
    (move(value=1), GOES_ON),
    (move(aside=1, condition="damaged"), GOES_ON),
    (move(quantity=1, after="on_hand_after + 1", own=""), "a hash of its own"),
    (move(), "a_move_moves_something"),
    (move(quantity=1, after="on_hand_after + 1", condition="damaged"), "what_is_set_aside_has_its_condition"),
]
ON_SQLITE = [
    (f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}", "never replaced")
    for table in ("inventory_stocklevel", "inventory_stockvalue", "inventory_stockmove")
]
ON_SQLITE.append(
    ("INSERT OR REPLACE INTO partner_stockrecord SELECT * FROM partner_stockrecord", "has one stock record")
)
ON_POSTGRESQL = [
    (f"TRUNCATE {table} CASCADE", "never emptied")
    for table in (
        "inventory_stocklevel",
        "inventory_stockvalue",
        "inventory_stockmove",
        "partner_stockrecord",
    )
]


def refuses(words):
    """Expect the database's refusal, and that no row is other than before."""
    return pytest.raises(DatabaseError, match=words)


@pytest.mark.parametrize(("sql", "words"), BY_SQL, ids=[sql[:60] for sql, _ in BY_SQL])
def test_raw_sql_is_refused(lamp, sql, words):
    before = every_row()
    with refuses(words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert every_row() == before


@pytest.mark.parametrize("case", [*ON_SQLITE, *ON_POSTGRESQL], ids=lambda case: case[0][:50])
def test_rows_are_neither_replaced_nor_emptied(lamp, case):
    if (case in ON_SQLITE) != (connection.vendor == "sqlite"):
        pytest.skip("The other database's way.")
    connection.check_constraints()
    with refuses(case[1]), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(case[0])


def by_update():
    StockLevel.objects.update(on_hand=47)


def by_save():
    level = StockLevel.objects.first()
    level.on_hand += 1
    level.save()


def by_bulk_update():
    levels = list(StockLevel.objects.all())
    for level in levels:
        level.unavailable = level.on_hand
    StockLevel.objects.bulk_update(levels, ["unavailable"])


def by_bulk_create_over_what_is_there():
    row = StockValue.objects.get()
    StockValue.objects.bulk_create(
        [StockValue(product_id=row.product_id, quantity=1, value=1)],
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=["quantity", "value"],
    )


def by_a_level_that_goes():
    StockLevel.objects.all().delete()


def by_the_record_of_the_shop():
    record = StockRecord.objects.get()
    record.num_in_stock = 47
    record.save()


def by_a_record_that_goes():
    StockRecord.objects.all().delete()


def by_oscars_allocation():
    StockRecord.objects.get().allocate(1)


def by_oscars_consumption():
    StockRecord.objects.get().consume_allocation(1)


def by_oscars_cancellation():
    StockRecord.objects.get().cancel_allocation(1)


WAYS = [
    by_update,
    by_save,
    by_bulk_update,
    by_bulk_create_over_what_is_there,
    by_a_level_that_goes,
    by_the_record_of_the_shop,
    by_a_record_that_goes,
    by_oscars_allocation,
    by_oscars_consumption,
    by_oscars_cancellation,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_orm_is_refused(lamp, way):
    before = every_row()
    words = "changes by a stock move|sells from what lies|never deleted|begins at zero|keeps its stock record"
    with refuses(words), transaction.atomic():
        way()
    assert every_row() == before


def test_a_move_cannot_be_written_again_from_python(lamp):
    with pytest.raises(TypeError, match="written once"):
        StockMove.objects.update(quantity=1)
    with pytest.raises(TypeError, match="never deleted"):
        StockMove.objects.all().delete()


def test_a_promise_moves_nothing_and_is_allowed_as_far_as_there_are_pieces(lamp):
    """Reservations are no moves: their home is the delivery notes, which verify_books compares."""
    assert is_sound()
    level = StockLevel.objects.get(warehouse__code="main")
    StockLevel.objects.filter(pk=level.pk).update(reserved=level.reserved - 1, bin="A-1")
    level.refresh_from_db()
    assert (level.reserved, level.bin, level.on_hand) == (2, "A-1", 4)
