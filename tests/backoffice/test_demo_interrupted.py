"""The demo company, where loading it is interrupted over and over."""

from datetime import date

import pytest
from django.test import override_settings
from oscar.core.loading import get_model

from erp.backoffice import demo
from erp.backoffice.demo import orders, pictures
from erp.delivery.models import Return

from .test_demo import findings

Order = get_model("order", "Order")


class Killed(Exception):
    """Stands for the machine going down."""


@pytest.mark.django_db
def test_a_load_that_is_killed_again_and_again_ends_up_complete(tmp_path, monkeypatch):
    """Killed before every part, picture and event that it tells about, and once just after an event."""
    monkeypatch.setattr(pictures, "draw", lambda *look: b"a picture")
    orders_paid = []

    def pay(wish, *, on):
        paid(wish, on=on)
        orders_paid.append(wish["name"])
        if len(orders_paid) == 5:
            raise Killed

    paid = orders.VERBS["paid"]
    monkeypatch.setitem(orders.VERBS, "paid", pay)
    heard: set[str] = set()
    with override_settings(MEDIA_ROOT=tmp_path):
        while _is_killed(heard):
            assert len(heard) < 1000, "it never gets done"
    assert len(heard) > 200
    wishes = orders.STORY["orders"]
    assert Order.objects.count() == sum("placed" in wish for wish in wishes)
    assert Return.objects.count() == sum("back" in wish for wish in wishes)
    assert orders_paid == sorted(set(orders_paid), key=orders_paid.index)
    assert findings() == []


def _is_killed(heard):
    """Load, going down at the first line that was not heard before; return whether it went down."""

    def say(line):
        if line not in heard:
            heard.add(line)
            raise Killed

    try:
        demo.load(say, today=date(2026, 1, 20))
    except Killed:
        return True
    return False
