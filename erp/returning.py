"""What comes back, from the wish to give it back to the day it is closed by `order_to_cash`.

Each is one transaction, like the verbs there.
"""

from datetime import date
from typing import Any

from django.db.transaction import atomic

from erp import billing, crediting, postings
from erp.delivery import returns
from erp.delivery.models import Return
from erp.sales.pricing import price
from erp.sales.sale import Sale


@atomic
def take_back_alone(sale: Sale, *, on: date, reason: str, by: Any = None) -> Return:
    """Take back goods sold elsewhere, so that there is no order. The same key is the same return."""
    if known := returns.taken_back(sale.key):
        return known
    document, cost = returns.take_back_alone(sale, on=on, reason=reason, by=by)
    billing.post(postings.taken_back(document, cost), by=by)
    crediting.credit_alone(sale, price(sale), on=on, reason=reason, by=by)
    return document
