"""A guest is sent to the card's page and back, in Chromium: approved, declined, and paid after all."""

from .buying import ADDRESS
from .test_browser import WIDEST, click, goods, page, pytestmark

__all__ = ["goods", "page", "pytestmark"]

REDIRECT, APPROVED = "4000 0000 0000 3220", "4111 1111 1111 1111"


def order_by_card(page, goods):
    """Go through the checkout to the card's page, on a small telephone."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/catalogue/{goods[0].slug}_{goods[0].pk}/")
    click(page, "Add to basket")
    page.goto("/checkout/")
    for name, value in ADDRESS.items():
        if name != "country":
            page.fill(f"[name={name}]", value)
    click(page, "Continue to delivery")
    page.check("input[value=card]")
    click(page, "Continue to a last look")
    assert page.evaluate(WIDEST) <= 360
    page.fill("[name=card_number]", REDIRECT)
    page.click("text=Order with obligation")
    page.wait_for_url("**/sandbox-card/**")  # a page of ours leads on by itself
    assert "€105.95" in page.inner_text(".lead")
    assert page.evaluate(WIDEST) <= 360


def test_a_guest_approves_on_the_cards_page(page, goods, live_server):
    order_by_card(page, goods)
    click(page, "Approve the payment")
    assert page.inner_text("h1") == "Thank you!"
    click(page, "See your order")
    assert page.inner_text(".lead .state") == "Confirmed"
    assert "Invoice INV-" in page.inner_text("[aria-labelledby=papers]")
    assert page.complaints == []
    assert {url.split("/")[2] for url in page.loaded} == {live_server.url.split("/")[2]}


def test_a_guest_who_declined_pays_from_the_orders_page(page, goods):
    order_by_card(page, goods)
    click(page, "Decline it")
    assert "This order waits for its payment" in page.inner_text("#pay-now")
    assert page.evaluate(WIDEST) <= 360
    assert page.inner_text(".lead .state") == "Pending payment"
    page.fill("[name=card_number]", APPROVED)
    click(page, "Pay now")
    assert page.inner_text("h1") == "Thank you!"
    assert page.complaints == []
