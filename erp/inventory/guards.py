"""What the database refuses to happen to stock: a quantity or a value that changes without its move.

Moves are a chain: each says what was there after it, so that looking at the last one is enough. They are
written first, then the level, then what the shop sells from and the value.
"""

from accounting.guards.kinds import changed, key_stays_taken
from accounting.guards.rule import ALWAYS, Rule

LEVEL_TABLE = "inventory_stocklevel"
MOVE_TABLE = "inventory_stockmove"
VALUE_TABLE = "inventory_stockvalue"
RECORD_TABLE = "partner_stockrecord"


def before(column: str, *, of: str, first: str = "0") -> str:
    """Return what a column of the last move says, of this level or of this product in all warehouses.

    `first` is what is said before the first move.
    """
    same = " AND ".join(f"m.{key} = NEW.{key}" for key in of.split())
    found = f"SELECT m.{column} FROM {MOVE_TABLE} m WHERE {same} ORDER BY m.id DESC LIMIT 1"
    return f"COALESCE(({found}), {first})"


def summed(expression: str) -> str:
    """Return a sum over the levels of this product."""
    found = f"SELECT SUM({expression}) FROM {LEVEL_TABLE} l WHERE l.product_id = NEW.product_id"
    return f"COALESCE(({found}), 0)"


OF_LEVEL, OF_PRODUCT = "product_id warehouse_id", "product_id"
LAST_HASH = before("hash", of=OF_PRODUCT, first="''")

MOVE = [
    Rule(
        MOVE_TABLE,
        "INSERT",
        f"NEW.on_hand_after <> {before('on_hand_after', of=OF_LEVEL)} + NEW.quantity"
        f" OR NEW.unavailable_after <> {before('unavailable_after', of=OF_LEVEL)} + NEW.unavailable"
        f" OR NEW.value_after <> {before('value_after', of=OF_PRODUCT)} + NEW.value",
        "A stock move goes on from the move before it.",
    ),
    Rule(
        MOVE_TABLE,
        "INSERT",
        f"LENGTH(NEW.hash) <> 64 OR NEW.hash = {LAST_HASH}",
        "A stock move has a hash of its own.",
    ),
    Rule(
        MOVE_TABLE,
        "INSERT",
        "typeof(NEW.value) <> 'integer' OR typeof(NEW.quantity) <> 'integer'",
        "Amounts are whole numbers of minor units.",
        only="sqlite",
    ),
]

LEVEL = [
    key_stays_taken(LEVEL_TABLE),
    Rule(
        LEVEL_TABLE,
        "INSERT",
        "NEW.on_hand <> 0 OR NEW.reserved <> 0 OR NEW.unavailable <> 0",
        "A stock level begins at zero.",
    ),
    Rule(
        LEVEL_TABLE, "UPDATE", changed("id", "product_id", "warehouse_id"), "A stock level keeps its place."
    ),
    Rule(
        LEVEL_TABLE,
        "UPDATE",
        f"({changed('on_hand', 'unavailable')})"
        f" AND (NEW.on_hand <> {before('on_hand_after', of=OF_LEVEL)}"
        f" OR NEW.unavailable <> {before('unavailable_after', of=OF_LEVEL)})",
        "A quantity in stock changes by a stock move.",
    ),
    Rule(LEVEL_TABLE, "DELETE", ALWAYS, "A stock level is never deleted."),
]

VALUE = [
    key_stays_taken(VALUE_TABLE),
    Rule(
        VALUE_TABLE,
        "INSERT",
        "NEW.quantity <> 0 OR NEW.value <> 0 OR NEW.last_hash <> ''",
        "A stock value begins at zero.",
    ),
    Rule(
        VALUE_TABLE,
        "UPDATE",
        f"({changed('id', 'product_id', 'quantity', 'value', 'last_hash')})"
        " AND (NEW.product_id <> OLD.product_id"
        f" OR NEW.quantity <> {summed('l.on_hand')}"
        f" OR NEW.value <> {before('value_after', of=OF_PRODUCT)} OR NEW.last_hash <> {LAST_HASH})",
        "The value of stock changes by a stock move.",
    ),
    Rule(VALUE_TABLE, "DELETE", ALWAYS, "A stock value is never deleted."),
]

RECORD = [
    Rule(
        RECORD_TABLE,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {RECORD_TABLE} r WHERE r.product_id = NEW.product_id)",
        "A product has one stock record.",
    ),
    Rule(RECORD_TABLE, "UPDATE", changed("id", "product_id"), "A stock record keeps its product."),
    Rule(
        RECORD_TABLE,
        "DELETE",
        f"EXISTS (SELECT 1 FROM {LEVEL_TABLE} l WHERE l.product_id = OLD.product_id)",
        "What ever lay in a warehouse keeps its stock record.",
    ),
    Rule(
        RECORD_TABLE,
        "INSERT",
        f"COALESCE(NEW.num_in_stock, 0) <> {summed('l.on_hand - l.unavailable')}"
        f" OR COALESCE(NEW.num_allocated, 0) <> {summed('l.reserved')}",
        "The shop sells from what lies in the warehouses.",
    ),
    Rule(
        RECORD_TABLE,
        "UPDATE",
        f"({changed('num_in_stock')}) AND COALESCE(NEW.num_in_stock, 0)"
        f" <> {summed('l.on_hand - l.unavailable')}"
        f" OR ({changed('num_allocated')}) AND COALESCE(NEW.num_allocated, 0) <> {summed('l.reserved')}",
        "The shop sells from what lies in the warehouses.",
    ),
]
