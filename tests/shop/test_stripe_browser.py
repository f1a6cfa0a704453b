"""A guest pays on Stripe's page in Chromium: over there by a form of ours, back by a form of theirs."""

import pytest
from oscar.core.loading import get_model

from .buying import ADDRESS, product
from .test_browser import CHROMIUM, QUIET, sync_api

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]


@pytest.fixture
def page(standard, live_server, stripe):
    """A page beside a Stripe that tells the shop at once."""
    product()
    site = get_model("sites", "Site").objects.get_current()
    site.domain = live_server.url.partition("//")[2]
    site.save()
    stripe.webhook_url = f"{live_server.url}/payments/stripe/webhook/"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(base_url=live_server.url)
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        yield page
        browser.close()


def click(page, name):
    with page.expect_navigation():
        page.click(f"text={name}")


def go_to_stripe(page, stripe):
    page.goto("/catalogue/")
    for name in ("Oak table", "Add to basket", "Go to checkout"):
        click(page, name)
    for name, value in ADDRESS.items():
        if name != "country":
            page.fill(f"[name={name}]", value)
    click(page, "Continue to delivery")
    page.check("text=by Stripe")
    click(page, "Continue to a last look")
    page.click("text=Order with obligation to pay")
    page.wait_for_url(f"{stripe.url}/c/pay/**")
    assert "124.95" in page.inner_text("h1")


def test_a_guest_pays_on_stripes_page_and_comes_back_to_the_thanks(page, stripe, live_server):
    go_to_stripe(page, stripe)
    click(page, "Pay with a bad card")
    assert "declined" in page.inner_text("body")
    page.click("button:text-is('Pay')")
    page.wait_for_url(f"{live_server.url}/checkout/thank-you/**")
    assert page.inner_text("h1") == "Thank you!"
    assert [intent["status"] for intent in stripe.intents.values()] == ["requires_capture"]
    assert stripe.answers == [200] * 3
    assert page.complaints == []


def test_a_guest_who_comes_back_without_paying_can_go_there_again(page, stripe, live_server):
    go_to_stripe(page, stripe)
    page.click("text=Back")
    page.wait_for_url(f"{live_server.url}/orders/**")
    assert "waits for its payment" in page.inner_text("main")
    page.click("text=Continue the payment")
    page.wait_for_url(f"{stripe.url}/c/pay/**")
    page.click("button:text-is('Pay')")
    page.wait_for_url(f"{live_server.url}/checkout/thank-you/**")
    assert page.complaints == []
