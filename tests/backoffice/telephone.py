"""A telephone with Chromium, on which somebody of staff has logged in."""

import shutil
from contextlib import contextmanager

import pytest
from django.test import Client

from tests.backoffice.conftest import person

CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FITS = "document.documentElement.scrollWidth <= 360"


@contextmanager
def held_by(role, server):
    """Give a page, which keeps what its console said as `complaints`.

    Open it last: where it runs, this thread may ask the database no more.
    """
    client = Client()
    client.force_login(person(role))
    with pytest.importorskip("playwright.sync_api").sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(base_url=server.url, viewport={"width": 360, "height": 740})
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}
        page.context.add_cookies([cookie])
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        yield page
        browser.close()
