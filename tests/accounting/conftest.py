"""A customer, and a sale of 119.00 that was paid in part: what most tests of the books begin with."""

import pytest

from accounting.ledger import allocate_entries
from accounting.models import Party, TaxCode

from .scenes import TUESDAY, book, payment, sale


@pytest.fixture
def customer(db):
    return Party.objects.create(key="user:7", name="Ada Müller", country="DE")


@pytest.fixture
def vat(db):
    return TaxCode.objects.get(code="DE-S-19")


@pytest.fixture
def sold(customer, vat):
    return book(sale(customer, vat=vat))


@pytest.fixture
def paid(sold, customer):
    """60.00 of the 119.00."""
    return book(payment(customer, "60.00"), then=settle_the_sale)


def settle_the_sale(posted):
    allocate_entries("sale:1", "payment:1", -posted.lines.get(line_no=2).amount, on=TUESDAY, key="first")
