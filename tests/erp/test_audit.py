"""A row changed past the chain is found by the check that looks for it, and by none before."""

from decimal import Decimal

import pytest
from django.db import connection

from accounting import guards
from erp import order_to_cash, stocktaking
from erp.delivery import audit as delivery
from erp.documents import audit as documents
from erp.inventory import audit as inventory
from erp.inventory.services import main_warehouse, set_price
from erp.invoicing import audit as invoicing
from erp.invoicing import einvoice
from erp.sales import audit as sales
from tests.books import findings
from tests.chain.scenes import FRIDAY, pay, place, place_pending, ship, shipped_line, tell
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db

TAMPERINGS = [
    (inventory.levels_are_what_moved, "UPDATE inventory_stocklevel SET on_hand = on_hand + 1"),
    (
        inventory.records_are_the_sum_of_levels,
        "UPDATE partner_stockrecord SET num_in_stock = num_in_stock + 1",
    ),
    (inventory.values_are_what_moved, "UPDATE inventory_stockvalue SET value = value + 1"),
    (inventory.prices_are_what_they_became, "UPDATE partner_stockrecord SET price = price + 1"),
    (inventory.prices_are_what_they_became, "UPDATE inventory_pricechange SET old = 1 WHERE new = 1200"),
    (inventory.inventory_account_is_the_stock, "UPDATE inventory_stockvalue SET value = value + 1"),
    (inventory.moves_go_on_from_each_other, "UPDATE inventory_stockmove SET on_hand_after = 1"),
    (
        inventory.moves_say_what_they_said,
        "UPDATE inventory_stockmove SET reason = 'x' WHERE kind = 'opening'",
    ),
    (inventory.moves_say_what_they_said, "DELETE FROM inventory_stockmove WHERE kind = 'adjustment'"),
    (inventory.moves_say_what_they_said, "DELETE FROM inventory_stockmove"),
    (inventory.moves_say_what_they_said, "UPDATE inventory_stockvalue SET last_hash = ''"),
    (
        invoicing.papers_have_no_gap,
        "UPDATE invoicing_invoice SET number = 'INV-2026-000009' WHERE number LIKE '%2'",
    ),
    (invoicing.papers_have_no_gap, "UPDATE accounting_numberseries SET last_no = last_no + 1"),
    (invoicing.papers_say_what_they_said, "UPDATE invoicing_invoice SET number = 'x' WHERE number LIKE '%2'"),
    (invoicing.papers_say_what_they_said, "UPDATE invoicing_invoiceline SET title = 'x' WHERE position = 2"),
    (invoicing.papers_say_what_they_said, "UPDATE invoicing_invoice SET buyer = '{}' WHERE number LIKE '%1'"),
    (invoicing.papers_say_what_they_said, "UPDATE invoicing_creditnote SET reason = 'x'"),
    (invoicing.papers_say_what_they_said, "UPDATE accounting_numberseries SET last_hash = 'x'"),
    (inventory.moves_go_on_from_each_other, "UPDATE inventory_stockmove SET value_after = value_after + 1"),
    (
        inventory.nothing_less_than_nothing_is_set_aside,
        "UPDATE inventory_stockmove SET unavailable = -1, condition = 'damaged' WHERE kind = 'opening'",
    ),
    (
        inventory.on_the_road_is_what_was_sent,
        "UPDATE inventory_stocklevel"
        " SET warehouse_id = (SELECT id FROM inventory_warehouse WHERE is_transit) WHERE on_hand > 0",
    ),
    (
        inventory.documents_moved_what_they_say,
        "UPDATE inventory_stockmove SET source_key = 'x' WHERE kind = 'adjustment'",
    ),
    (inventory.each_day_the_account_is_the_stock, "UPDATE inventory_stockmove SET moved_on = '2026-03-20'"),
    (sales.orders_add_up, "UPDATE order_order SET total_incl_tax = total_incl_tax + 0.01"),
    (sales.lines_are_priced_as_stated, "UPDATE order_line SET unit_price_incl_tax = unit_price_incl_tax + 1"),
    (
        sales.lines_are_priced_as_stated,
        "UPDATE order_line SET line_price_before_discounts_excl_tax = 1",
    ),
    (sales.orders_have_terms_and_key, "DELETE FROM sales_terms"),
    (sales.orders_have_terms_and_key, "DELETE FROM sales_salekey"),
    (sales.orders_have_terms_and_key, "UPDATE order_order SET number = 'x' WHERE status = 'shipped'"),
    (sales.no_step_is_stuck, "UPDATE sales_step SET state = 'failed'"),
    (delivery.reserved_is_what_open_notes_promise, "UPDATE inventory_stocklevel SET reserved = reserved + 1"),
    (
        delivery.waited_for_is_what_open_notes_wait_for,
        "INSERT INTO inventory_backorder (product_id, allowed, waiting)"
        " SELECT product_id, 5, 1 FROM inventory_stockvalue",
    ),
    (
        delivery.notes_wait_as_their_lines_do,
        "UPDATE delivery_deliverynote SET state = 'waiting stock' WHERE state = 'ready'",
    ),
    (
        delivery.what_is_packed_was_picked,
        "UPDATE delivery_deliverynote SET state = 'packed' WHERE state = 'ready'",
    ),
    (delivery.notes_deliver_what_was_ordered, "UPDATE delivery_deliveryline SET quantity = quantity + 1"),
    (delivery.notes_deliver_what_was_ordered, "UPDATE order_order SET status = 'cancelled'"),
    (delivery.returned_is_what_came_back, "UPDATE delivery_deliveryline SET returned = 0"),
    (delivery.returned_is_what_came_back, "UPDATE delivery_deliveryline SET asked = 1"),
    (delivery.returns_cost_what_left, "UPDATE delivery_returnline SET cost = cost + 1"),
    (delivery.restocked_is_on_the_shelf, "UPDATE delivery_returnline SET restocked = 0"),
    (delivery.orders_are_as_shipped_as_their_notes, "UPDATE order_order SET status = 'confirmed'"),
    (delivery.orders_are_as_shipped_as_their_notes, "UPDATE order_order SET status = 'shipped'"),
    (delivery.what_left_cost_what_was_moved, "UPDATE delivery_deliveryline SET cost = cost + 1"),
    (
        delivery.what_left_cost_what_was_moved,
        "UPDATE inventory_stockmove SET source_key = 'x' WHERE source_key LIKE 'delivery:%'",
    ),
    (delivery.shipped_lines_have_a_cost, "UPDATE delivery_deliveryline SET cost = NULL"),
    (invoicing.papers_add_up, "UPDATE invoicing_invoice SET net = net + 1, gross = gross + 1"),
    (invoicing.papers_add_up, "UPDATE invoicing_creditnote SET net = net + 1, tax = tax - 1"),
    (invoicing.invoices_make_the_order, "UPDATE invoicing_invoiceline SET net = net + 1, gross = gross + 1"),
    (invoicing.papers_are_in_the_books, "UPDATE invoicing_invoiceline SET net = net + 1, gross = gross + 1"),
    (invoicing.papers_are_in_the_books, "UPDATE invoicing_creditnoteline SET net = net + 1, tax = tax - 1"),
    (
        invoicing.customers_owe_what_papers_say,
        "UPDATE invoicing_invoice SET net = net + 1, gross = gross + 1",
    ),
    (invoicing.customers_owe_what_papers_say, "UPDATE invoicing_paymentoperation SET amount = amount + 1"),
    (
        invoicing.each_event_has_its_entry,
        "UPDATE accounting_journalentry SET source_key = 'x' WHERE source_key LIKE 'delivery:%'",
    ),
    (invoicing.deferred_revenue_is_what_waits, "UPDATE invoicing_invoiceline SET released = 0"),
    (
        invoicing.money_is_where_it_went,
        "UPDATE invoicing_payment SET captured = captured - 1 WHERE kind = 'order' AND captured > 0",
    ),
    (
        invoicing.orders_are_paid_as_agreed,
        "UPDATE invoicing_payment SET amount = amount + 1 WHERE kind = 'order'",
    ),
    (invoicing.payments_are_their_operations, "UPDATE invoicing_payment SET refunded = 0"),
    (invoicing.counted_pieces_are_credited, "UPDATE invoicing_invoiceline SET credited = 0"),
    (
        invoicing.counted_pieces_are_credited,
        "UPDATE invoicing_invoiceline SET credited_net = 1, credited_gross = 1 WHERE credited = 0",
    ),
    (
        invoicing.reminders_come_after_the_day,
        'INSERT INTO invoicing_reminder (invoice_id, "on", owed) '
        "SELECT id, due_on, gross FROM invoicing_invoice",
    ),
    (
        invoicing.what_is_billed_leaves,
        "UPDATE invoicing_invoiceline SET released = 0 WHERE order_line_id IS NOT NULL",
    ),
    (invoicing.what_came_back_is_credited, "UPDATE invoicing_invoiceline SET credited = 0"),
    (invoicing.rates_are_those_of_their_codes, "UPDATE invoicing_invoiceline SET rate = 18"),
    (invoicing.rates_are_those_of_their_codes, "UPDATE accounting_taxcode SET rate = 18"),
    (invoicing.supplies_without_vat_name_the_buyers_id, "UPDATE accounting_taxcode SET category = 'K'"),
    (invoicing.no_draft_is_left, "UPDATE invoicing_invoice SET number = NULL, state = 'draft'"),
    (
        invoicing.dates_follow_numbers,
        "UPDATE invoicing_invoice SET issued_on = '2026-01-01' WHERE number LIKE '%2'",
    ),
    (invoicing.orders_and_money_belong_together, "UPDATE order_order SET total_incl_tax = 1"),
    (invoicing.money_nobody_owes_is_in_the_books, "UPDATE invoicing_payment SET kind = 'order'"),
    (
        invoicing.notices_that_moved_money_have_their_operation,
        "UPDATE invoicing_providerevent SET reference = 'x'",
    ),
    (
        documents.outbox_moves,
        "UPDATE documents_outbox SET done_at = NULL, created_at = '2026-01-01', next_try_at = '2026-01-01'",
    ),
    (documents.files_are_as_they_were_written, "UPDATE documents_documentfile SET sha256 = 'x'"),
]


@pytest.fixture
def trade():
    """Three lamps of one order were paid and shipped, one came back; two more are promised to another."""
    lamp = ProductFactory(title="Lamp", stock=(9, "4.00"))
    for price in (11, 12):
        set_price(lamp.stockrecords.get(), Decimal(price))
    order = place(sale_line(lamp, 3), charge="5.95", email="ada@example.com")
    pay(order)
    ship(order)
    einvoice.paper_xml(order.invoices.get())
    order_to_cash.take_back(order, quantities={shipped_line(order).pk: 1}, on=FRIDAY)
    place(sale_line(lamp, 2), key="another")
    tell(place_pending(sale_line(lamp), key="away").payments.get(), "captured")
    pay(order, reference="transfer-2")
    stocktaking.adjust_stock(
        lamp, warehouse=main_warehouse(), quantity=-1, reason="Broken", on=FRIDAY, key="broken"
    )


@pytest.mark.parametrize(
    ("check", "sql"), TAMPERINGS, ids=[f"{c.__name__}-{n}" for n, (c, _) in enumerate(TAMPERINGS)]
)
def test_a_change_is_found(trade, check, sql):
    assert findings() == []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        guards.drop()
        cursor.execute(sql)
    guards.install()
    assert list(check())


def test_every_check_of_the_chain_is_tried():
    tried = {check for check, _ in TAMPERINGS}
    parts = (inventory, sales, delivery, invoicing, documents)
    assert tried == {check for part in parts for check in part.CHECKS}
