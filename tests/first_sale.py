"""Sells once on a database that was migrated and nothing else, and prints what it finds as JSON."""

import json
import os
import sys

import django


def what_is_there():
    from django.contrib.sites.models import Site
    from django.db import DatabaseError, connection, transaction
    from oscar.core.loading import get_model

    from accounting import guards
    from accounting.models import Account, TaxCode
    from erp import order_to_cash
    from erp.documents.services import company
    from erp.inventory.models import Warehouse
    from erp.invoicing.models import Invoice
    from tests.books import findings
    from tests.factories import MONDAY, ProductFactory, sale, sale_line

    lamp = ProductFactory(title="Lamp", price="119.00", stock=(5, "60.00"))
    order = order_to_cash.place(sale(sale_line(lamp, 1, "119.00")), on=MONDAY)
    refused = []
    for statement in (
        "UPDATE accounting_journalline SET amount = amount + 1",
        "DELETE FROM accounting_journalentry",
        "UPDATE invoicing_invoice SET gross = gross + 1",
        "DELETE FROM inventory_stockmove",
    ):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError as refusal:
            refused.append(str(refusal).splitlines()[0])
    return {
        "guards missing": guards.missing(),
        "accounts": Account.objects.count(),
        "roles": sorted(Account.objects.exclude(role="").values_list("role", flat=True)),
        "tax codes": TaxCode.objects.count(),
        "countries": get_model("address", "Country").objects.count(),
        "company": company().country,
        "site": Site.objects.count(),
        "warehouses": Warehouse.objects.filter(is_transit=False).count(),
        "partners": list(get_model("partner", "Partner").objects.values_list("code", flat=True)),
        "invoice": Invoice.objects.get(order=order).number,
        "refused": refused,
        "findings": findings(),
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")
    django.setup()
    json.dump(what_is_there(), sys.stdout)
