"""People at the back office, and an order that has been through everything."""

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from erp import order_to_cash
from erp.backoffice import roles
from tests.chain.scenes import FRIDAY, pay, place, ship, shipped_line, work
from tests.factories import ProductFactory, sale_line

User = get_user_model()


def person(role):
    """Return somebody of staff with a role, or the administrator."""
    roles.seed()
    is_administrator = role == "administrator"
    user = User.objects.create_user(role, f"{role}@example.com", is_staff=True, is_superuser=is_administrator)
    if role in roles.ROLES:
        user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def as_role(db):
    """Return a browser in which somebody with a role has logged in."""

    def log_in(role):
        client = Client()
        client.force_login(User.objects.filter(username=role).first() or person(role))
        return client

    return log_in


@pytest.fixture
def office(as_role):
    """The administrator's browser."""
    return as_role("administrator")


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", upc="LAMP", price=Decimal("119.00"), stock=(9, "60.00"))


@pytest.fixture
def bowl():
    return ProductFactory(title="Bowl", upc="BOWL", price=Decimal("59.50"), stock=(9, "25.00"))


@pytest.fixture
def ordered(lamp, bowl):
    """Two lamps and a bowl, to be paid by transfer and still to be shipped."""
    return place(sale_line(lamp, 2, "119.00"), sale_line(bowl, 1, "59.50"), email="ada@example.com")


@pytest.fixture
def finished(ordered):
    """The same, paid, shipped, and one lamp back again."""
    pay(ordered)
    ship(ordered)
    work()
    order_to_cash.take_back(
        ordered, quantities={shipped_line(ordered).pk: 1}, on=FRIDAY, key="back", reason="Too bright"
    )
    ordered.refresh_from_db()
    return ordered
