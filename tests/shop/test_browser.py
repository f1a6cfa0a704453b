"""A guest buys with nothing but a keyboard, in Chromium; and every page fits on a small telephone."""

import io
import shutil

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils.timezone import localdate
from oscar.core.loading import get_model
from PIL import Image

from erp import order_to_cash
from erp.delivery.models import DeliveryNote
from erp.invoicing import links
from tests.chain.scenes import work

from .buying import ADDRESS, CARD, buy, product

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
QUIET += ["--disable-sync", "--no-first-run"]
LONG = "Ein unzertrennlichgeschriebenerlangername" * 6
WIDEST = "document.documentElement.scrollWidth"
FOCUSED = "e => (e.labels?.[0]?.innerText || e.innerText || e.value || '').replace(/\\s+/g, ' ').trim()"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]


@pytest.fixture
def goods(standard, settings, tmp_path):
    """Two tables to sell: one with a picture, one with the longest title there can be."""
    settings.MEDIA_ROOT = tmp_path
    table = product(price="100.00")
    content = io.BytesIO()
    Image.new("RGB", (900, 700), "#c4935f").save(content, "JPEG")
    picture = get_model("catalogue", "ProductImage")(product=table)
    picture.original.save("table.jpg", ContentFile(content.getvalue()))
    return [table, product(LONG[:255], price="5.00")]


@pytest.fixture
def page(goods, live_server):
    """A page that tells what it loads and complains of."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(base_url=live_server.url, viewport={"width": 1280, "height": 860})
        page.complaints, page.loaded = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.loaded.append(request.url))
        yield page
        browser.close()


def tab_to(page, name):
    """Press Tab until something of this name has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if name in page.evaluate(f"({FOCUSED})(document.activeElement)"):
            return
    raise AssertionError(f"No way leads to '{name}' by keyboard on {page.url}")


def press(page, name):
    """Go to a link or button by keyboard, and press it."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def click(page, name):
    """Click a link or button, and wait for the page it leads to: a click alone returns before that."""
    with page.expect_navigation():
        page.click(f"text={name}")


def enter(page, name, words):
    tab_to(page, name)
    page.keyboard.type(words)


def test_a_guest_buys_by_keyboard_and_downloads_the_invoice(page, live_server):
    page.goto("/")
    press(page, "All products")
    press(page, "Oak table")
    press(page, "Add to basket")
    press(page, "Go to checkout")
    for name, field in (("E-mail", "email"), ("First name", "first_name"), ("Last name", "last_name")):
        enter(page, name, ADDRESS[field])
    for name, field in (("Street", "line1"), ("Postcode", "postcode"), ("City", "city")):
        enter(page, name, ADDRESS[field])
    press(page, "Continue to delivery")
    press(page, "Continue to a last look")
    assert "€105.95" in page.inner_text(".grand")
    press(page, "Order with obligation to pay")
    assert page.inner_text("h1") == "Thank you!"
    press(page, "See your order")
    assert "€105.95" in page.inner_text(".grand")
    tab_to(page, "Invoice INV-")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    with open(download.value.path(), "rb") as file:
        assert file.read(5) == b"%PDF-"
    assert page.complaints == []
    assert {url.split("/")[2] for url in page.loaded} == {live_server.url.split("/")[2]}


def test_the_first_tab_leads_to_the_content(page):
    page.goto("/catalogue/")
    page.keyboard.press("Tab")
    assert page.evaluate(f"({FOCUSED})(document.activeElement)") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_every_page_fits_on_a_small_telephone(page, goods):
    page.set_viewport_size({"width": 360, "height": 740})
    for each in goods:
        page.goto(f"/catalogue/{each.slug}_{each.pk}/")
        assert page.evaluate(WIDEST) <= 360
        click(page, "Add to basket")
    for address in (
        "/",
        "/catalogue/",
        "/basket/",
        "/accounts/login/",
        "/terms/",
        "/shipping/",
        "/withdrawal/",
        "/checkout/",
    ):
        page.goto(address)
        assert page.evaluate(WIDEST) <= 360, address
    for name, value in ADDRESS.items():
        if name != "country":
            page.fill(f"[name={name}]", value)
    for button in (
        "Continue to delivery",
        "Continue to a last look",
        "Order with obligation",
        "See your order",
    ):
        click(page, button)
        assert page.evaluate(WIDEST) <= 360, button
    assert page.complaints == []


def test_things_to_press_are_big_enough(page):
    page.set_viewport_size({"width": 360, "height": 740})
    for address in ("/", "/catalogue/", "/accounts/login/"):
        page.goto(address)
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, input, select, nav a, .button, .chips a")]
              .filter(e => e.type !== "hidden" && e.offsetParent)
              .map(e => [e.innerText || e.name, e.getBoundingClientRect()])
              .filter(([_, box]) => box.width > 1 && (box.height < 24 || box.width < 20))
              .map(([name]) => name)"""
        )
        assert small == [], address


@pytest.fixture
def ordered(goods):
    """The address of a guest's order of two tables. It comes before the page, where Django may still work."""
    buy(Client(), goods[0], 2, "card", card_number=CARD)
    work()
    return f"/orders/{links.order_token(get_model('order', 'Order').objects.get())}/"


@pytest.fixture
def sent(ordered):
    """The same, when the tables have left."""
    order_to_cash.ship(DeliveryNote.objects.get(), on=localdate())
    return ordered


def test_an_order_is_cancelled_by_keyboard(ordered, page):
    page.goto(ordered)
    page.set_viewport_size({"width": 360, "height": 740})
    press(page, "Cancel order")
    assert page.evaluate(WIDEST) <= 360
    press(page, "Cancel the order")
    assert "Your order is cancelled" in page.inner_text("[role=status]")
    assert page.complaints == []


def test_something_is_sent_back_by_keyboard(sent, page):
    page.goto(sent)
    page.set_viewport_size({"width": 360, "height": 740})
    press(page, "Send something back")
    assert page.evaluate(WIDEST) <= 360
    enter(page, "Oak table", "1")
    press(page, "Ask to send it back")
    assert "We have your request" in page.inner_text("[role=status]")
    assert "Requested" in page.inner_text("main")
    assert page.evaluate(WIDEST) <= 360
    assert page.complaints == []


def test_a_consumer_withdraws_by_keyboard(sent, page):
    page.goto(sent)
    page.set_viewport_size({"width": 360, "height": 740})
    press(page, "Withdraw from contract here")
    assert page.evaluate(WIDEST) <= 360
    press(page, "Confirm withdrawal")
    assert page.inner_text("h1") == "We have your withdrawal"
    assert page.evaluate(WIDEST) <= 360
    press(page, "See your order")
    assert "Approved" in page.inner_text("main")
    assert page.complaints == []


@pytest.fixture
def long_company(transactional_db):
    get_model("documents", "Company").objects.update(name="Linden & Quince Household Goods GmbH & Co. KG")


def test_a_long_company_name_keeps_to_one_line_beside_the_basket(long_company, page):
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        page.goto("/basket/")
        brand, basket = (page.locator(f".top-row > {it}").bounding_box() for it in (".brand", ".who"))
        assert brand["height"] < 45, width
        assert abs(brand["y"] + brand["height"] / 2 - basket["y"] - basket["height"] / 2) < 3, width
        assert brand["x"] + brand["width"] <= basket["x"], width
        assert page.evaluate(WIDEST) == width
