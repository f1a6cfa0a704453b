"""A customer cancels, sends something back, and withdraws: with an account, and by a guest's link."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from oscar.core.loading import get_model

from erp import order_to_cash, parcels, picking
from erp.delivery.models import Return, Withdrawal
from erp.documents.models import Outbox
from erp.invoicing import links
from tests.books import is_sound
from tests.chain.scenes import fresh, shipped_line, work

from . import buying
from .buying import product, text

pytestmark = pytest.mark.django_db
Order = get_model("order", "Order")


@pytest.fixture
def order(client, standard):
    """Two tables, paid by card, of a guest."""
    buying.buy(client, product(price="100.00"), 2, "card", card_number=buying.CARD)
    work()
    return Order.objects.get()


def ship(order, *, days_ago=0):
    today = timezone.localdate()
    order_to_cash.ship(order.delivery_notes.get(), on=today - timedelta(days=days_ago))


@pytest.fixture
def sent(order):
    ship(order)
    return fresh(order)


def page(order, name=""):
    return f"/orders/{links.order_token(order)}/{name}"


def key(response):
    return re.search(r'name="key" value="([^"]+)"', response.content.decode())[1]


def offered(client, order):
    return re.findall(
        r"(Cancel order|Send something back|Withdraw from contract here)<", text(client.get(page(order)))
    )


def test_an_order_offers_what_can_still_be_undone(client, order):
    footer = "Withdraw from contract here"
    assert offered(client, order) == ["Cancel order", "Withdraw from contract here", footer]
    ship(order)
    assert offered(client, order) == ["Send something back", "Withdraw from contract here", footer]
    parcels.deliver(order.delivery_notes.get(), on=timezone.localdate())
    assert offered(client, order) == ["Send something back", "Withdraw from contract here", footer]


def test_an_order_is_cancelled_after_one_more_question_and_once(client, order):
    asked = text(client.get(page(order, "cancel/")))
    assert "Cancel this order?" in asked
    assert fresh(order).status == "confirmed"
    for _ in range(2):
        response = client.post(page(order, "cancel/"), follow=True)
        assert "Your order is cancelled." in text(response)
    assert fresh(order).status == "cancelled"
    work()
    assert order.payments.get().refunded == order.total_incl_tax
    assert is_sound()


def test_what_has_left_is_not_cancelled(client, sent):
    response = client.post(page(sent, "cancel/"), follow=True)
    assert "You can send it back." in text(response)
    assert "Cancel this order?" not in text(client.get(page(sent, "cancel/"), follow=True))


def test_what_is_being_packed_is_not_cancelled_by_its_customer(client, order, django_user_model):
    picking.start(order.delivery_notes.get(), by=django_user_model.objects.create_user("sam"))
    assert "cancel/" not in text(client.get(page(order)))
    response = client.post(page(order, "cancel/"), follow=True)
    assert "being packed, so it can no longer be cancelled" in text(response)
    assert fresh(order).status == "confirmed"


def test_something_is_asked_back_once_however_often_the_form_is_sent(client, sent):
    line = shipped_line(sent)
    form = {"key": key(client.get(page(sent, "send-back/"))), f"line_{line.pk}": "2"}
    form |= {"why": "It arrived damaged", "words": "A leg is off"}
    for _ in range(2):
        response = client.post(page(sent, "send-back/"), form, follow=True)
        assert "We have your request" in text(response)
    document = Return.objects.get()
    assert (document.state, document.reason) == ("requested", "It arrived damaged: A leg is off")
    assert "Requested" in text(client.get(page(sent)))
    assert "nothing of this order to send back" in text(client.get(page(sent, "send-back/")))
    assert is_sound()


@pytest.mark.parametrize(
    ("pieces", "words"), [("", "Please choose what"), ("3", "less than or equal to 2"), ("-1", "greater")]
)
def test_nothing_and_too_much_are_asked_again(client, sent, pieces, words):
    line = shipped_line(sent)
    response = client.post(
        page(sent, "send-back/"), {"key": "k", f"line_{line.pk}": pieces, "why": "Another reason"}
    )
    assert words in text(response)
    assert not Return.objects.exists()


def test_a_consumer_withdraws_with_two_clicks_and_gets_a_receipt(client, sent, mailoutbox):
    asked = client.get(page(sent, "withdraw/"))
    assert "Confirm withdrawal" in text(asked)
    assert not Withdrawal.objects.exists()
    form = {"key": key(asked), "scope": "whole"}
    for _ in range(2):
        response = client.post(page(sent, "withdraw/"), form, follow=True)
        assert "We have your withdrawal" in text(response)
    declaration = Withdrawal.objects.get()
    assert declaration.returned.state == "approved"
    assert declaration.returned.number in text(response)
    work()
    receipt = mailoutbox[-1]
    assert receipt.to == ["ada@example.com"]
    assert declaration.returned.number in receipt.body
    assert "Approved" in text(client.get(page(sent)))
    assert is_sound()


def test_pieces_are_withdrawn_from_alone(client, sent):
    line = shipped_line(sent)
    form = {"key": "k", "scope": "parts", f"line_{line.pk}": ""}
    assert "how many pieces" in text(client.post(page(sent, "withdraw/"), form))
    client.post(page(sent, "withdraw/"), form | {f"line_{line.pk}": "1"})
    assert Withdrawal.objects.get().returned.lines.get().quantity == 1


def test_before_anything_left_withdrawing_cancels(client, order):
    response = client.post(page(order, "withdraw/"), {"key": "k", "scope": "whole"}, follow=True)
    assert "nothing to send back" in text(response)
    assert fresh(order).status == "cancelled"


def test_after_the_time_the_page_says_so_and_takes_nothing(client, order):
    ship(order, days_ago=20)
    arrived = timezone.localdate() - timedelta(days=15)
    parcels.deliver(order.delivery_notes.get(), on=arrived)
    assert "Withdraw from contract here" in offered(client, order)[-1:]  # in the footer alone
    assert len(offered(client, order)) == 2
    said = text(client.get(page(order, "withdraw/")))
    assert "The time to withdraw" in said
    assert "Confirm withdrawal" not in said
    client.post(page(order, "withdraw/"), {"key": "k", "scope": "whole"})
    assert not Withdrawal.objects.exists()


def test_a_business_is_told_to_write(client, sent):
    get_model("sales", "Terms").objects.update(vat_id="DE136695976")
    assert "placed for a business" in text(client.get(page(sent, "withdraw/")))
    response = client.post(page(sent, "withdraw/"), {"key": "k", "scope": "whole"})
    assert "Businesses have no right" in text(response) or "placed for a business" in text(response)
    assert not Withdrawal.objects.exists()


def test_the_owner_of_an_account_does_the_same_by_number(client, standard, django_user_model):
    ada = django_user_model.objects.create_user("ada", "ada@example.com", "x")
    client.force_login(ada)
    buying.buy(client, product())
    order = Order.objects.get()
    mine = f"/accounts/orders/{order.number}/"
    assert f"{mine}cancel/" in text(client.get(mine))
    response = client.post(f"{mine}withdraw/", {"key": "k", "scope": "whole"}, follow=True)
    assert "We have your withdrawal" in text(response)
    stranger = type(client)()
    for name in ("cancel/", "send-back/", "withdraw/", f"withdrawn/{Withdrawal.objects.get().pk}/"):
        assert stranger.get(mine + name).url.startswith("/accounts/login/")
        assert client.get(mine + name).status_code in (200, 302)


def test_a_receipt_is_shown_with_its_own_order_alone(client, sent, standard):
    other = type(client)()
    buying.buy(other, product("Stool"))
    theirs = Order.objects.exclude(pk=sent.pk).get()
    other.post(page(theirs, "withdraw/"), {"key": "k", "scope": "whole"})
    assert client.get(page(sent, f"withdrawn/{Withdrawal.objects.get().pk}/")).status_code == 404


def test_who_has_withdrawn_from_all_is_not_asked_to_do_so_again(client, sent):
    assert '/withdraw/"' in text(client.get(page(sent)))
    client.post(page(sent, "withdraw/"), {"key": "k", "scope": "whole"})
    assert '/withdraw/"' not in text(client.get(page(sent)))
    assert "have withdrawn from order" in text(client.get(page(sent, "withdraw/")))


def test_a_guest_without_the_link_has_it_mailed_and_nobody_learns_who_ordered(client, sent, mailoutbox):
    assert "Withdraw from a contract here" in text(client.get("/withdrawal/"))
    answers = [
        text(client.post("/withdrawal/", {"number": number, "email": email}, follow=True))
        for number, email in (
            (f" {sent.number.lower()}", "Ada@Example.com"),
            (sent.number, "eve@example.com"),
            ("none", "ada@example.com"),
            (sent.number, "ada@example.com"),
        )
    ]
    assert len({re.sub(r"csrf\w+. value=.\w+", "", answer) for answer in answers}) == 1
    assert Outbox.objects.filter(topic="order_link").count() == 1
    mailoutbox.clear()
    work()
    link = re.search(r"/orders/\S+", next(mail for mail in mailoutbox if "Your order" in mail.subject).body)[
        0
    ]
    assert "Withdraw from contract here" in text(client.get(link))
