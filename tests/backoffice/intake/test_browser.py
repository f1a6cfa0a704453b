"""A list with errors in Chromium on a telephone: its good rows are imported, the rest is corrected."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounting.money import money
from tests.backoffice.telephone import CHROMIUM, held_by
from tests.chain.scenes import work

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]


@pytest.fixture
def page(lamp, bowl, live_server):
    with held_by("sales", live_server) as page:
        yield page


def in_the_background(do):
    """Do something where no browser is, as Django wants it; return what it returns."""

    def alone():
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(alone).result()


def prices_of(*products):
    return [product.stockrecords.get().price for product in products]


def upload(page, text):
    page.goto("/admin/backoffice/dataimport/add/")
    page.get_by_label("List of").select_option("prices")
    page.get_by_label("File").set_input_files(
        {"name": "p.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    with page.expect_navigation():
        page.get_by_role("button", name="Look at a list").click()


def test_a_list_with_errors_is_imported_and_its_errors_corrected(page, lamp, bowl):
    upload(page, "sku;price\nLAMP;99,00\nBOWL;fünfzig\n")
    assert page.get_by_text("price 'fünfzig' is no number").is_visible()
    assert page.get_by_text("price: 119.00 → 99.00").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    with page.expect_navigation():
        page.get_by_role("button", name="Import the good rows only").click()
    in_the_background(work)
    page.reload()
    assert page.get_by_text("1 of 1", exact=True).is_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="to be corrected (CSV)").click()
    refused = download.value.path().read_text(encoding="utf-8-sig")
    assert refused.splitlines()[1] == "BOWL,fünfzig,price is no number"

    upload(page, refused.replace("fünfzig", "50.00"))
    with page.expect_navigation():
        page.get_by_role("button", name="Import all rows").click()
    in_the_background(work)
    assert in_the_background(lambda: prices_of(lamp, bowl)) == [money("99.00"), money("50.00")]
    assert page.complaints == []
