"""What the shop's tests stand on."""

import pytest
from django.core.cache import cache
from oscar.core.loading import get_model


@pytest.fixture(autouse=True)
def _no_addresses_from_another_test():
    cache.clear()


@pytest.fixture
def standard(db):
    """A way to send parcels for 5.95, free from 200.00."""
    return get_model("shipping", "OrderAndItemCharges").objects.create(
        name="Standard", price_per_order="5.95", free_shipping_threshold="200.00"
    )
