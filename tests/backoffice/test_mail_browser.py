"""Mails in Chromium: no kind is wider than a telephone, in daylight and in the dark, and none is cut off."""

import shutil

import pytest

from erp.documents.models import Company
from erp.invoicing.mails import preview
from tests.shop.test_browser import QUIET, WIDEST

from .conftest import person

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
LONG = "Unzertrennlichgeschriebenerlangername" * 5

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]
CONTRAST = """() => { const seen = e => getComputedStyle(e.closest('.card')).backgroundColor;
  return [...document.querySelectorAll('.card p')].map(e => [getComputedStyle(e).color, seen(e)]) }"""


@pytest.fixture
def administrator():
    somebody = person("administrator")
    somebody.set_password("opensesame")
    somebody.save()


@pytest.fixture
def browser():
    """Started last: where it runs, this thread may ask the database no more."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def letters():
    """Every kind as HTML, of a company with the longest name there may be."""
    Company.objects.update(name=LONG, address=f"{LONG}\n04277 Leipzig")
    return {code: preview.preview(code).html for code in preview.NAMES}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_mail_fits_its_screen(letters, browser, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for code, letter in letters.items():
        page.set_content(letter)
        assert page.evaluate(WIDEST) <= width, code
        assert all(words != paper for words, paper in page.evaluate(CONTRAST)), code
        assert page.evaluate("document.querySelector('.card').offsetWidth") <= 600


def test_the_page_of_looks_shows_a_mail_and_complains_of_nothing(
    finished, administrator, live_server, browser
):
    page = browser.new_page(base_url=live_server.url, viewport={"width": 360, "height": 800})
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/admin/login/?next=/admin/mails/")
    page.fill("[name=username]", "administrator")
    page.fill("[name=password]", "opensesame")
    with page.expect_navigation():
        page.click("[type=submit]")
    with page.expect_navigation():
        page.click("nav >> text=Return approved")
    page.fill("[name=words]", finished.number)
    with page.expect_navigation():
        page.click("button:text-is('Show')")
    mail = page.frame_locator("iframe")
    assert mail.locator("h1").inner_text() == "Please send it back to us"
    assert finished.number in page.inner_text("pre")
    assert page.evaluate(WIDEST) <= 360
    assert complaints == []
