"""What the database refuses to happen to documents and stock, whoever asks: raw SQL against a whole sale."""

import pytest
from django.db import DatabaseError, connection, transaction

from erp import order_to_cash
from erp.documents.files import keep
from erp.inventory import services as inventory
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, every_row, place, ship, shipped_line, work
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db

ONCE = "written once"
GONE = "never deleted"
ATTACKS = [
    # what is tried, and the words or the constraint that refuse it
    ("UPDATE inventory_stockmove SET quantity = quantity - 1", ONCE),
    ("UPDATE inventory_stockmove SET value = 0", ONCE),
    ("UPDATE inventory_stockmove SET source_key = 'other:1'", ONCE),
    ("DELETE FROM inventory_stockmove", GONE),
    ("UPDATE inventory_pricechange SET new = 1", ONCE),
    ("DELETE FROM inventory_pricechange", GONE),
    ("UPDATE inventory_stocklevel SET reserved = on_hand + 1", "never_promise_more_than_is_here"),
    ("UPDATE inventory_stocklevel SET on_hand = -1", "changes by a stock move"),
    ("UPDATE inventory_stockvalue SET value = -1", "changes by a stock move"),
    ("UPDATE inventory_stockvalue SET quantity = 0", "changes by a stock move"),
    ("UPDATE sales_orderevent SET message = 'nothing happened'", ONCE),
    ("DELETE FROM sales_orderevent", GONE),
    ("UPDATE sales_salekey SET order_number = 'OTHER'", ONCE),
    ("DELETE FROM sales_salekey", GONE),
    ("INSERT INTO sales_step (order_id, name, state, reason, attempts)"
     " SELECT order_id, name, state, '', 0 FROM sales_step", "a_step_is_taken_once_an_order|UNIQUE"),
    ("UPDATE delivery_deliverynote SET shipped_on = NULL", "can no longer be changed"),
    ("UPDATE delivery_deliverynote SET ship_to = '{}'", "can no longer be changed"),
    ("UPDATE delivery_deliveryline SET quantity = quantity + 1", "can no longer be changed"),
    ("UPDATE delivery_deliveryline SET cost = 0", "can no longer be changed"),
    ("UPDATE delivery_deliveryline SET returned = quantity + 1", "never_more_back_than_was_shipped"),
    ("DELETE FROM delivery_deliveryline", "can no longer be deleted"),
    ("INSERT INTO delivery_deliveryline (note_id, order_line_id, product_id, sku, title, quantity, returned)"
     " SELECT note_id, order_line_id, product_id, sku, title, 1, 0 FROM delivery_deliveryline",
     "takes no more lines"),
    ("UPDATE delivery_return SET reason = 'none'", "can no longer be changed"),
    ("DELETE FROM delivery_return", "can no longer be deleted"),
    ("UPDATE delivery_returnline SET cost = 0", "can no longer be changed"),
    ("DELETE FROM delivery_returnline", "can no longer be deleted"),
    ("UPDATE invoicing_invoice SET gross = gross + 1, net = net + 1", "can no longer be changed"),
    ("UPDATE invoicing_invoice SET number = 'INV-2026-000099'", "can no longer be changed"),
    ("UPDATE invoicing_invoice SET issued_on = '2025-12-31'", "can no longer be changed"),
    ("UPDATE invoicing_invoice SET number = NULL, state = 'draft'", "can no longer be changed"),
    ("UPDATE invoicing_invoice SET buyer = '{}'", "can no longer be changed"),
    ("DELETE FROM invoicing_invoice", "can no longer be deleted"),
    ("UPDATE invoicing_invoiceline SET net = net + 1, gross = gross + 1", "can no longer be changed"),
    ("UPDATE invoicing_invoiceline SET title = 'Other'", "can no longer be changed"),
    ("UPDATE invoicing_invoiceline SET credited = quantity + 1", "never_credit_more_than_was_billed"),
    ("UPDATE invoicing_invoiceline SET released = quantity + 1", "a_piece_leaves_deferral_once"),
    ("DELETE FROM invoicing_invoiceline", "can no longer be deleted"),
    ("INSERT INTO invoicing_invoiceline (invoice_id, position, kind, sku, title, quantity, unit_price,"
     " discount, net, tax, gross, tax_code_id, rate, deferred, released, credited)"
     " SELECT invoice_id, 9, kind, sku, title, 1, 1, 0, 1, 0, 1, tax_code_id, rate, deferred, 0, 0"
     " FROM invoicing_invoiceline", "takes no more lines"),
    ("UPDATE invoicing_creditnote SET gross = gross + 1, net = net + 1", "can no longer be changed"),
    ("DELETE FROM invoicing_creditnote", "can no longer be deleted"),
    ("UPDATE invoicing_creditnoteline SET quantity = quantity + 1", "can no longer be changed"),
    ("DELETE FROM invoicing_creditnoteline", "can no longer be deleted"),
    ("UPDATE invoicing_payment SET captured = amount + 1", "never_capture_more_than_agreed"),
    ("UPDATE invoicing_payment SET refunded = captured + 1", "never_refund_more_than_captured"),
    ("UPDATE invoicing_paymentoperation SET amount = 1", ONCE),
    ("DELETE FROM invoicing_paymentoperation", GONE),
    ("UPDATE documents_documentfile SET name = 'other.pdf'", ONCE),
    ("DELETE FROM documents_documentfile", GONE),
    ("UPDATE documents_company SET id = 2", "there_is_one_company"),
    ("UPDATE sales_ordercharge SET gross = gross + 1, net = net + 1", ONCE),
    ("DELETE FROM sales_ordercharge", GONE),
]  # fmt: skip


@pytest.fixture
def sold():
    """An order that was paid, shipped and returned in part, with a file and a changed price."""
    lamp = ProductFactory(title="Lamp", stock=(5, "4.00"))
    order = place(sale_line(lamp, 3), pay="card", charge="5.95")
    work()
    ship(order)
    order_to_cash.take_back(order, quantities={shipped_line(order).pk: 1}, on=FRIDAY)
    inventory.set_price(lamp.stockrecords.get(), 12)
    keep("invoice:1", "pdf", "invoice.pdf", b"%PDF")
    return order


@pytest.mark.parametrize(("sql", "words"), ATTACKS, ids=[sql[:70] for sql, _ in ATTACKS])
def test_the_database_refuses(sold, sql, words):
    before = every_row()
    attack(sql, words)
    assert every_row() == before


def test_the_sale_that_is_attacked_is_sound(sold):
    assert is_sound()


GUARDED = [
    "inventory_stockmove",
    "inventory_pricechange",
    "sales_orderevent",
    "sales_salekey",
    "delivery_deliverynote",
    "delivery_deliveryline",
    "delivery_return",
    "delivery_returnline",
    "invoicing_invoice",
    "invoicing_invoiceline",
    "invoicing_creditnote",
    "invoicing_creditnoteline",
    "invoicing_paymentoperation",
    "documents_documentfile",
]


def attack(sql, words):
    with pytest.raises(DatabaseError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", GUARDED)
def test_a_table_is_never_emptied(sold, table):
    connection.check_constraints()  # foreign keys that wait for the commit would refuse it first
    attack(f"TRUNCATE {table} CASCADE", "never emptied")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="Only SQLite has INSERT OR REPLACE")
@pytest.mark.parametrize("table", GUARDED)
def test_a_row_is_never_replaced(sold, table):
    attack(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}", "never replaced")
