"""The bank's pages in Chromium: a line is accepted by a click, and every page fits on a small telephone."""

import pytest

from tests.backoffice.telephone import CHROMIUM, held_by
from tests.banking.papers import open_account
from tests.banking.scenes import came

sync_api = pytest.importorskip("playwright.sync_api")
PAGES = ("lines/", "clearing/", "refunds/")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]


@pytest.fixture
def lines(ordered):
    """A transfer that is sure, and one that nobody knows, with the longest word there can be."""
    open_account()
    return came(("297.50", f"for {ordered.number}"), ("5.00", "x" * 300))


@pytest.fixture
def page(lines, live_server):
    with held_by("accountant", live_server) as page:
        yield page


def test_a_line_is_accepted_by_a_click_on_a_telephone(page, ordered):
    for address in (*(f"/admin/bank/{name}" for name in PAGES), "/admin/banking/bankstatement/add/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address

    page.goto("/admin/bank/lines/")
    assert "2 bank lines to match" in page.title()
    with page.expect_navigation():
        page.get_by_role("button", name="Accept").first.click()

    assert page.get_by_text(f"Order {ordered.number}.").is_visible()
    assert "1 bank line to match" in page.title()
    assert page.complaints == []
