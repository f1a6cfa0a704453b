"""Whatever is changed in the database past all rules is found by a check, and nothing is found before.

The scene in which everything has happened is made once; each change is taken back.
"""

from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import DecimalField

from accounting import guards
from accounting.audit import guards_are_installed
from accounting.money import MoneyField
from erp.closing.checks import PARTS, checks

from .everything import everything, found_by, undone, without_guards

pytestmark = pytest.mark.django_db

CORRUPTIONS = {
    "a line's amount by a cent": "UPDATE {lines} SET amount = amount + 1 WHERE id = {line}",
    "two lines that still balance": "UPDATE {lines} SET amount = amount"
    " + CASE id WHEN {line} THEN 1 ELSE -1 END WHERE id IN ({line}, {line} + 1)",
    "a line away": "DELETE FROM accounting_openitem WHERE line_id = {line};"
    "DELETE FROM {lines} WHERE id = {line}",
    "the last entry away": "DELETE FROM {lines} WHERE entry_id = {entry};"
    "DELETE FROM {entries} WHERE id = {entry}",
    "a number left out": "UPDATE {entries} SET number = 99 WHERE id = {entry}",
    "two hashes swapped": "UPDATE {entries} SET hash = 'x' WHERE id = {entry}",
    "the words of an entry": "UPDATE {entries} SET memo = 'Rent' WHERE id = {entry}",
    "an entry's day": "UPDATE {entries} SET date = '2026-03-30' WHERE id = {entry}",
    "an entry and its lines a day on": "UPDATE {entries} SET date = '2026-03-30' WHERE id = {entry};"
    "UPDATE {lines} SET date = '2026-03-30' WHERE entry_id = {entry}",
    "the party of a line": "UPDATE {lines} SET party_id = (SELECT MIN(id) FROM accounting_party)"
    " WHERE id = (SELECT MAX(id) FROM {lines} WHERE party_id IS NOT NULL)",
    "what is open": "UPDATE accounting_openitem SET residual = residual + 1 WHERE id = {item}",
    "an allocation away": "DELETE FROM accounting_allocation WHERE id = {allocation}",
    "a tax code": "UPDATE {lines} SET tax_code_id = NULL WHERE id ="
    " (SELECT MAX(id) FROM {lines} WHERE tax_code_id IS NOT NULL)",
    "the kind of an account": "UPDATE accounting_account SET kind = 'asset' WHERE role = 'VAT_PAYABLE'",
    "a balance kept": "UPDATE accounting_balancesnapshot SET debit = debit + 1 WHERE debit > 0",
    "a month that was closed": "UPDATE accounting_period SET locked = FALSE",
    "the buyer on an invoice": "UPDATE {invoices} SET buyer = '{{}}' WHERE id = {invoice}",
    "an invoice's total": "UPDATE {invoices} SET net = net + 1, gross = gross + 1 WHERE id = {invoice}",
    "an invoice's number": "UPDATE {invoices} SET number = 'INV-2026-000099' WHERE id = {invoice}",
    "an invoice's day": "UPDATE {invoices} SET issued_on = '2026-03-01' WHERE id = {invoice}",
    "the words of an invoice's line": "UPDATE {billed} SET title = 'Gold' WHERE invoice_id = {invoice}",
    "an invoice's line away": "DELETE FROM invoicing_creditnoteline; DELETE FROM invoicing_invoiceline"
    " WHERE id = (SELECT MAX(id) FROM invoicing_invoiceline)",
    "a credit note's reason": "UPDATE invoicing_creditnote SET reason = 'None'",
    "an invoice's series": "UPDATE accounting_numberseries SET last_no = last_no + 1",
    "what is on hand": "UPDATE inventory_stocklevel SET on_hand = on_hand + 1 WHERE id = {level}",
    "what is reserved": "UPDATE inventory_stocklevel SET reserved = reserved + 1 WHERE on_hand > reserved",
    "what the shop has promised": "UPDATE partner_stockrecord SET num_allocated = num_allocated + 1",
    "the pieces of a move": "UPDATE {moves} SET quantity = quantity + 1 WHERE id = {move}",
    "the value of a move": "UPDATE {moves} SET value = value + 1 WHERE id = {move}",
    "the reason of a move": "UPDATE {moves} SET reason = 'x' WHERE id = {move}",
    "two moves that still add up": "UPDATE {moves} SET value = value + 1, value_after = value_after + 1"
    " WHERE id = {move}",
    "what goods are worth": "UPDATE inventory_stockvalue SET value = value + 1 WHERE quantity > 0",
    "the state of a delivery note": "UPDATE {notes} SET state = 'ready' WHERE shipped_on IS NOT NULL",
    "what left the house": "UPDATE delivery_deliveryline SET quantity = quantity + 1 WHERE cost > 0",
    "what a payment took": "UPDATE invoicing_payment SET amount = amount + 1, captured = captured + 1"
    " WHERE captured > 0",
    "more refunded": "UPDATE invoicing_payment SET refunded = refunded + 1 WHERE captured > refunded",
    "what the bank was matched to": "UPDATE {matches} SET amount = amount + 1 WHERE undone_at IS NULL",
    "the state of a line of the bank": "UPDATE banking_bankline SET state = 'open' WHERE state = 'matched'",
    "a bill": "UPDATE purchasing_billline SET net = net + 1",
    "what came of a purchase": "UPDATE purchasing_purchaseline SET received = received + 1",
    "a receipt": "UPDATE purchasing_goodsreceiptline SET value = value + 1",
    "a mail that never left": "UPDATE documents_outbox SET done_at = NULL, created_at = '2026-01-01',"
    " next_try_at = '2026-01-01'",
    "a step that failed": "UPDATE sales_step SET state = 'failed'",
    "an order's total": "UPDATE order_order SET total_incl_tax = total_incl_tax + 0.01",
    "the price of an order's line": "UPDATE order_line SET unit_price_incl_tax = unit_price_incl_tax + 1",
    "a paper's file": "UPDATE documents_documentfile SET content = {other_bytes}",
}
TABLES = {
    "entries": "accounting_journalentry",
    "lines": "accounting_journalline",
    "invoices": "invoicing_invoice",
    "billed": "invoicing_invoiceline",
    "moves": "inventory_stockmove",
    "notes": "delivery_deliverynote",
    "matches": "banking_bankmatch",
}
OTHER = b"%PDF-1.7 other"


@pytest.fixture(scope="module", autouse=True)
def scene(django_db_setup, django_db_blocker, tmp_path_factory):
    """Everything has happened, nothing is wrong, and no guard is left."""
    with django_db_blocker.unblock(), everything(tmp_path_factory.mktemp("card") / "books"):
        assert [finding for check in checks() for finding in check()] == []
        without_guards()
        yield


def execute(sql):
    with connection.cursor() as cursor:
        for statement in sql.split(";"):
            cursor.execute(statement)


def last(table, where="1 = 1"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MAX(id) FROM {table} WHERE {where}")
        return cursor.fetchone()[0]


def keys():
    quoted = "'\\x" + OTHER.hex() + "'" if connection.vendor == "postgresql" else f"X'{OTHER.hex()}'"
    return TABLES | {
        "line": last("accounting_journalline", "id < (SELECT MAX(id) FROM accounting_journalline)"),
        "entry": last("accounting_journalentry"),
        "item": last("accounting_openitem"),
        "allocation": last("accounting_allocation"),
        "invoice": last("invoicing_invoice"),
        "level": last("inventory_stocklevel"),
        "move": last("inventory_stockmove", "id < (SELECT MAX(id) FROM inventory_stockmove)"),
        "other_bytes": quoted,
    }


def but_guards(*apps_first):
    """Return all checks but that of the guards, which are away; those of some apps first."""
    near = [check for part in PARTS if part.__name__.split(".")[-2] in apps_first for check in part.CHECKS]
    return [check for check in [*near, *checks()] if check is not guards_are_installed]


@pytest.mark.parametrize("sql", CORRUPTIONS.values(), ids=CORRUPTIONS)
def test_a_corruption_is_found(sql):
    with undone():
        execute(sql.format(**keys()))
        assert found_by(but_guards())


def test_a_guard_that_is_missing_is_found():
    with undone():
        guards.install()
        assert not list(guards_are_installed())
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("DROP TRIGGER guard_accounting_journalline_update ON accounting_journalline")
            else:
                cursor.execute("DROP TRIGGER guard_accounting_journalline_update")
        assert list(guards_are_installed()) == [
            "The trigger guard_accounting_journalline_update is missing or altered."
        ]


# Amounts of which the books cannot say that they are wrong, and why.
SETTING = "a setting: what it was before stands in the log of changes"
CANNOT_BE_KNOWN = {
    "accounting.TaxCode.rate": f"{SETTING}; the rate of a code in use is in the hash of its entries",
    "documents.Company.cod_fee": SETTING,
    "documents.Company.adjustment_limit": SETTING,
    "documents.Company.entry_limit": SETTING,
    "inventory.Adjustment.estimate": "what somebody thought; what was moved is known",
    "sales.Terms.standard_shipping": "what the cheapest way would have cost on that day",
}


def amounts():
    """Yield every column of money: its model and name."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            is_price = type(field) is DecimalField and field.decimal_places == 2
            if not field.generated and (isinstance(field, MoneyField) or is_price):
                yield model, field


COLUMNS = {f"{model._meta.label}.{field.name}": (model, field) for model, field in amounts()}


@pytest.mark.parametrize(("model", "field"), COLUMNS.values(), ids=COLUMNS)
def test_one_cent_is_found_wherever_it_is(model, field):
    rows = model._base_manager.exclude(**{field.name: None}).order_by("pk").values_list("pk", flat=True)
    missed = [pk for pk in {*rows[:1], *rows.reverse()[:1]} if not is_found(model, field, pk)]
    assert bool(missed) == (f"{model._meta.label}.{field.name}" in CANNOT_BE_KNOWN and rows.exists())


def is_found(model, field, pk):
    """Tell whether a cent more is found: alone, or where that is refused with another column's."""
    alike = [other for owner, other in COLUMNS.values() if owner is model and type(other) is type(field)]
    pairs = [{field: 1, other: by} for other in alike if other != field for by in (1, -1)]
    answers = (found_after(model, pk, way) for way in ({field: 1}, *pairs))
    return next((answer for answer in answers if answer is not None), True)


def found_after(model, pk, way):
    """Tell whether a change of a row, cents by column, is found; None where the database refuses it."""
    changes = ", ".join(
        f'"{field.column}" = "{field.column}" + {cents(field, by)}' for field, by in way.items()
    )
    with undone():
        try:
            with transaction.atomic():
                execute(
                    f'UPDATE "{model._meta.db_table}" SET {changes} WHERE "{model._meta.pk.column}" = {pk}'
                )
        except IntegrityError:
            return None
        return bool(found_by(but_guards(model._meta.app_label)))


def cents(field, number):
    return number if isinstance(field, MoneyField) else Decimal(number) / 100
