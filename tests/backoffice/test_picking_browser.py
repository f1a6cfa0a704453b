"""A scanner in Chromium: what it types and ends with Enter is counted, packed and shipped without a mouse."""

import pytest

from erp.delivery.models import Carrier
from tests.backoffice.telephone import CHROMIUM, FITS, held_by
from tests.chain.scenes import pay

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]


@pytest.fixture
def note(ordered):
    pay(ordered)
    Carrier.objects.create(name="Post", tracking_url="https://post.example/{number}")
    return ordered.delivery_notes.get()


@pytest.fixture
def page(note, live_server):
    with held_by("warehouse", live_server) as page:
        yield page


def scan(page, *codes):
    """Type as a scanner does: into whatever has the focus, as fast as it can."""
    for code in codes:
        page.keyboard.type(code)
        page.keyboard.press("Enter")


def test_a_note_is_picked_packed_and_shipped_by_keyboard(page, note):
    says = page.get_by_role("status")
    page.goto("/admin/picking/")
    scan(page, note.number)
    page.wait_for_url(f"**/admin/picking/{note.pk}/")
    assert page.evaluate(FITS)

    scan(page, "LAMP", "CHAIR")
    sync_api.expect(says).to_have_text(f"'CHAIR' does not belong on {note}. Put it back.")
    sync_api.expect(says).to_have_class("said wrong")
    scan(page, "LAMP", "LAMP")
    sync_api.expect(says).to_have_text("All 2 of 'Lamp' are picked already. Put this one back.")
    scan(page, "BOWL")
    sync_api.expect(page.get_by_text("Before: All 2 of 'Lamp' are picked already.")).to_be_visible()
    sync_api.expect(says).to_have_text(f"Bowl: 1 of 1. All 3 are here. Scan {note} to pack it.")
    sync_api.expect(says).to_have_class("said right")

    leaves(page, note)
    assert page.complaints == []


def leaves(page, note):
    """Pack the note by its number, and send it by the number on its parcel."""
    scan(page, note.number)
    sync_api.expect(page.get_by_label("Tracking number")).to_be_focused()
    assert page.evaluate(FITS)
    scan(page, "AB1")
    page.wait_for_url("**/admin/picking/")
    assert page.get_by_text(f"{note} has left.").is_visible()

    page.goto(f"/admin/delivery/deliverynote/{note.pk}/change/")
    facts = page.locator(".facts").inner_text()
    assert [word in facts for word in ("shipped", "Post", "AB1", "warehouse")] == [True] * 4
    assert page.get_by_role("link", name="AB1").get_attribute("href") == "https://post.example/AB1"
