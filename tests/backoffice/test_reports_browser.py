"""Reports in Chromium: from a figure down to the order in three clicks, and back to what was asked."""

import pytest

from erp.backoffice.sheets.pages import url_of
from tests.backoffice.desk import page_url
from tests.backoffice.telephone import CHROMIUM, FITS, held_by

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]


@pytest.fixture
def page(finished, live_server):
    with held_by("accountant", live_server) as page:
        yield page


def test_from_a_figure_in_profit_and_loss_to_the_order_in_three_clicks_and_back_again(page, finished):
    page.goto(url_of("profit-and-loss", start="2026-01-01", end="2026-12-31"))
    page.get_by_label("from").fill("2026-03-01")
    page.get_by_label("to", exact=False).last.fill("2026-03-31")
    page.get_by_label("beside").select_option("year")
    page.get_by_role("button", name="Show").click()
    asked = page.url
    assert "start=2026-03-01&end=2026-03-31&compare=year" in asked
    assert page.evaluate(FITS)

    page.get_by_role("row", name="4000 Sales revenue").get_by_role("link").nth(1).click()
    page.wait_for_url("**/general-ledger/?account=4000&start=2026-03-01&end=2026-03-31")
    assert page.evaluate(FITS)
    page.get_by_role("link", name="STOCK-2026-").first.click()
    page.wait_for_url("**/accounting/journalentry/*/change/")
    page.get_by_role("link", name=finished.number, exact=True).first.click()
    page.wait_for_url(f"**{page_url(finished)}")

    for _ in range(3):
        page.go_back()
    assert page.url == asked
    assert page.get_by_label("from").input_value() == "2026-03-01"
    assert page.get_by_label("beside").input_value() == "year"
    assert page.complaints == []
