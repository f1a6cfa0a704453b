"""The outbox: what it promises happens, once, sooner or later, whatever breaks on the way."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from erp import order_to_cash
from erp.documents import outbox
from erp.documents.models import Company, Outbox
from erp.documents.outbox import effect
from erp.invoicing import pdf
from erp.sales.models import Step
from tests.factories import MONDAY, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db

CALLS: list[dict] = []


def succeed(payload, *, now):
    CALLS.append(payload)


def fail(payload, *, now):
    raise RuntimeError("the printer is on fire")


@pytest.fixture(autouse=True)
def handlers(settings):
    CALLS.clear()
    settings.OUTBOX_HANDLERS = settings.OUTBOX_HANDLERS | {
        "good": "tests.erp.test_outbox.succeed",
        "bad": "tests.erp.test_outbox.fail",
    }


def row(key="k"):
    return Outbox.objects.get(key=key)


def later(**wait):
    return timezone.now() + timedelta(**wait)


def test_an_effect_asked_for_twice_happens_once():
    outbox.enqueue([effect("k", "good", a=1)])
    outbox.enqueue([effect("k", "good", a=2)])

    assert outbox.run_due(later(seconds=1)) == 1
    assert outbox.run_due(later(seconds=2)) == 0
    assert CALLS == [{"a": 1}]
    assert row().done_at


def test_what_failed_is_tried_again_later_and_later_for_ever():
    outbox.enqueue([effect("k", "bad")])
    waits = []
    now = later(seconds=1)
    for _ in range(12):
        outbox.run_due(now)
        waits.append(row().next_try_at - now)
        now = row().next_try_at
    assert waits[:3] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert waits[-1] == timedelta(hours=1)
    assert row().last_error == "RuntimeError: the printer is on fire"
    assert row().done_at is None


def test_one_failure_does_not_hold_up_the_others():
    outbox.enqueue([effect("a", "bad"), effect("b", "good")])

    outbox.run_due(later(seconds=1))

    assert row("b").done_at
    assert row("a").done_at is None


def test_a_row_that_a_worker_holds_is_left_alone_until_its_lease_is_over():
    outbox.enqueue([effect("k", "good")])
    now = later(seconds=1)
    Outbox.objects.update(leased_until=now + outbox.LEASE)

    assert outbox.run_due(now) == 0
    assert outbox.run_due(now + outbox.LEASE) == 1


def test_a_lease_counts_from_the_moment_its_row_is_taken_up(monkeypatch):
    start, passed, taken_twice = later(seconds=1), [timedelta(0)], []

    def most_of_a_lease(payload, *, now):
        """While this goes on, another worker looks whether the row is free."""
        passed[0] += outbox.LEASE * 0.8
        taken_twice.append(outbox.deliver(payload["pk"], now=start + passed[0]))

    monkeypatch.setattr(outbox, "monotonic", lambda: passed[0].total_seconds())
    monkeypatch.setattr(f"{__name__}.succeed", most_of_a_lease)
    outbox.enqueue([effect(key, "good") for key in "abc"])
    for waiting in Outbox.objects.all():
        Outbox.objects.filter(pk=waiting.pk).update(payload={"pk": waiting.pk})

    assert outbox.run_due(start) == 3
    assert taken_twice == [False, False, False]


def test_a_worker_that_lost_its_lease_and_failed_leaves_the_row_to_the_other(monkeypatch):
    outbox.enqueue([effect("k", "bad")])
    now = later(seconds=1)

    def fail_too_late(payload, *, now):
        Outbox.objects.update(attempts=2, leased_until=now + 2 * outbox.LEASE)  # taken by another worker
        raise RuntimeError

    monkeypatch.setattr(f"{__name__}.fail", fail_too_late)
    assert outbox.deliver(row().pk, now=now)
    assert row().leased_until == now + 2 * outbox.LEASE


def test_a_mail_server_that_is_down_changes_nothing_for_the_customer(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    order = order_to_cash.place(sale(sale_line(ProductFactory(stock=(1, "4.00")))), on=MONDAY)

    outbox.run_due(later(seconds=1))

    step = order.steps.get(name=Step.Name.MAIL)
    assert step.state == Step.State.WAITING
    assert "refused" in Outbox.objects.get(topic="mail").last_error

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    outbox.run_due(later(hours=2))

    step.refresh_from_db()
    assert step.state == Step.State.DONE
    assert mail.outbox[0].to == ["ada@example.com"]


def test_the_confirmation_says_whom_to_pay(mailoutbox):
    Company.objects.update(
        name="Linden GmbH", bank_name="Bank of the Linden", iban="DE89370400440532013000", bic="COBADEFFXXX"
    )
    order = order_to_cash.place(sale(sale_line(ProductFactory(stock=(1, "4.00")))), on=MONDAY)

    outbox.run_due(later(seconds=1))

    owed = f"Please transfer {order.total_incl_tax} EUR with the reference {order.number} to\n\n"
    payee = "Linden GmbH\nIBAN DE89 3704 0044 0532 0130 00\nBIC COBADEFFXXX\nBank of the Linden\n"
    assert owed + payee in mailoutbox[0].body


def test_the_confirmation_brings_the_invoice_as_pdf(mailoutbox):
    order = order_to_cash.place(sale(sale_line(ProductFactory(stock=(1, "4.00")))), on=MONDAY)

    outbox.run_due(later(seconds=1))

    (name, content, kind) = mailoutbox[0].attachments[0]
    assert name == f"{order.invoices.get().number}.pdf"
    assert content.startswith(b"%PDF")
    assert kind == "application/pdf"
    assert order.number in mailoutbox[0].body


def test_a_machine_that_draws_no_pdfs_still_confirms_the_order(mailoutbox, monkeypatch):
    def no_libraries():
        raise pdf.PdfUnavailable(pdf.HOW_TO_GET_THEM)

    monkeypatch.setattr(pdf, "_weasyprint", no_libraries)
    order = order_to_cash.place(sale(sale_line(ProductFactory(stock=(1, "4.00")))), on=MONDAY)

    outbox.run_due(later(seconds=1))

    assert mailoutbox[0].attachments == []
    assert "attached" not in mailoutbox[0].body
    assert "/orders/" in mailoutbox[0].body
    assert order.steps.get(name=Step.Name.MAIL).state == Step.State.DONE
