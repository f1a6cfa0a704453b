"""Sent is what the mail server took: whatever goes wrong on the way, no mail is lost and none goes twice."""

from datetime import timedelta

import pytest

from erp.documents import outbox
from erp.documents.models import Outbox
from erp.invoicing.mails import letter, sending
from erp.sales.models import Step
from tests.books import is_sound
from tests.chain.scenes import LATER, place
from tests.factories import ProductFactory, sale_line
from tests.mail_server import mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return place(sale_line(ProductFactory(stock=(9, "4.00"))), email="ada@example.com")


def row():
    return Outbox.objects.get(topic="mail")


def work(now=LATER):
    outbox.run_due(now)
    return row()


def mailed(order):
    return order.events.filter(name="mailed").count()


def step(order):
    return order.steps.get(name=Step.Name.MAIL)


def test_what_the_server_took_is_noted_with_its_address(order, settings):
    with mail_server(settings) as server:
        assert work().done_at
    (taken,) = server.taken
    assert taken["To"] == "ada@example.com"
    assert taken.get_body(("html",)).get_content().startswith("<!doctype html>")
    assert order.events.get(name="mailed").message == "Order placed to ada@example.com."
    assert step(order).state == Step.State.DONE


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"RCPT": "450 try again later"}, "450"),
        ({"DATA": "451 try again later"}, "451"),
        ({"END": "452 no room now"}, "452"),
        ({"MAIL": "550 we do not know you"}, "550"),
        ({"EHLO": "421 too busy", "HELO": "421 too busy"}, "421"),
    ],
)
def test_a_server_that_does_not_take_it_now_is_asked_again(order, settings, answers, words):
    with mail_server(settings, answers) as server:
        waiting = work()
    assert server.taken == []
    assert waiting.done_at is None
    assert words in waiting.last_error
    assert waiting.next_try_at - LATER == timedelta(seconds=10)
    assert (mailed(order), step(order).state) == (0, Step.State.WAITING)
    with mail_server(settings) as server:
        assert work(waiting.next_try_at).done_at
    assert (len(server.taken), mailed(order)) == (1, 1)


def test_a_server_that_says_nothing_is_asked_again(order, settings):
    with mail_server(settings, silent=True):
        waiting = work()
    assert "timed out" in waiting.last_error
    assert (waiting.done_at, mailed(order)) == (None, 0)


def test_a_server_that_is_not_there_is_asked_again(order, settings):
    with mail_server(settings):
        settings.EMAIL_PORT = 1
        waiting = work()
    assert "refused" in waiting.last_error
    assert (waiting.done_at, mailed(order)) == (None, 0)


@pytest.mark.parametrize("answers", [{"RCPT": "550 no such user"}, {"END": "554 not this one"}])
def test_an_address_that_is_refused_for_good_stands_on_the_order_and_among_the_failures(
    order, settings, answers
):
    with mail_server(settings, answers):
        waiting = work()
        again = work(waiting.next_try_at)
    sentence = f"The mail server refuses ada@example.com: {next(iter(answers.values()))}"
    assert waiting.next_try_at - LATER == timedelta(days=1)
    assert again.last_error == f"MailRefused: {sentence}"
    assert [event.message for event in order.events.filter(name="mail refused")] == [sentence]
    assert (step(order).state, step(order).reason) == (Step.State.FAILED, sentence)

    type(order).objects.filter(pk=order.pk).update(guest_email="ada@example.org")
    with mail_server(settings) as server:
        assert work(again.next_try_at).done_at
    assert server.taken[0]["To"] == "ada@example.org"
    assert step(order).state == Step.State.DONE
    assert is_sound()


@pytest.mark.parametrize("address", ["ada", "ada@example.com\nBcc: eve@example.com", "a@b@c"])
def test_what_is_no_address_is_told_and_goes_nowhere(order, settings, address):
    type(order).objects.filter(pk=order.pk).update(guest_email=address)
    with mail_server(settings) as server:
        assert "is no e-mail address" in work().last_error
    assert server.taken == []
    assert order.events.filter(name="mail refused").count() == 1


def test_a_worker_killed_after_sending_sends_once_more_under_the_same_id(order, settings, monkeypatch):
    def killed(*args, **kwargs):
        raise SystemExit

    with mail_server(settings) as server:
        with monkeypatch.context() as patch:
            patch.setattr(sending, "_note_sent", killed)
            with pytest.raises(SystemExit):
                outbox.run_due(LATER)
        assert work(LATER + timedelta(seconds=1)).done_at is None  # another worker leaves it alone
        assert work(LATER + outbox.LEASE).done_at
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert mailed(order) == 1


def test_a_worker_killed_after_noting_it_sends_it_no_more(order, settings, monkeypatch):
    with mail_server(settings) as server:
        sending.send(row().payload, now=LATER)  # killed before the row is done
        assert work().done_at
    assert len(server.taken) == 1
    assert mailed(order) == 1


def test_a_mail_that_cannot_be_written_is_not_lost(order, settings, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("a template is broken")

    with mail_server(settings) as server:
        with monkeypatch.context() as patch:
            patch.setattr(sending, "compose", broken)
            waiting = work()
        assert "a template is broken" in waiting.last_error
        assert work(waiting.next_try_at).done_at
    assert len(server.taken) == 1
    assert letter.one_line("a\r\nb") == "a b"
