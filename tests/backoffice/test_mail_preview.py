"""How mails look, for staff: every kind, of a sample or of a document, locked up, and one for trial."""

import html

import pytest
from django.contrib.auth.models import User

from erp.documents.models import Company, Outbox
from erp.invoicing.mails import KINDS, preview
from tests.backoffice.desk import told, words
from tests.chain.scenes import work

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGE, HTML, TEST = "/admin/mails/", "/admin/mails/page/", "/admin/mails/test/"


@pytest.mark.parametrize("code", preview.NAMES)
def test_every_kind_is_shown_as_a_sample(office, code):
    page = html.unescape(words(office.get(PAGE, {"kind": code})))
    assert preview.preview(code).subject in page
    mail = office.get(HTML, {"kind": code})
    assert mail.status_code == 200
    assert "Linden" not in words(mail)


def test_a_mail_is_locked_up(office):
    mail = office.get(HTML, {"kind": "shipped"})
    assert mail["X-Frame-Options"] == "SAMEORIGIN"
    policy = mail["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    page = office.get(PAGE, {"kind": "shipped"})
    assert "<iframe sandbox " in words(page)
    assert page["Content-Security-Policy"].startswith("default-src 'self'")


@pytest.mark.parametrize(
    ("code", "of"),
    [
        ("order_placed", lambda order: order.number),
        ("shipped", lambda order: order.number),
        ("shipped", lambda order: order.delivery_notes.get().number),
        ("invoice", lambda order: order.invoices.get().number),
        ("credit_note", lambda order: order.credit_notes.get().number),
        ("refund", lambda order: order.number),
        ("order_cancelled", lambda order: order.number),
        ("return_approved", lambda order: order.returns.get().number),
        ("payment_pending", lambda order: order.payments.get().reference),
    ],
)
def test_a_kind_is_shown_of_what_there_is(office, finished, code, of):
    page = words(office.get(PAGE, {"kind": code, "words": of(finished)}))
    assert finished.number in page
    assert finished.number in words(office.get(HTML, {"kind": code, "words": of(finished)}))


@pytest.mark.parametrize("code", preview.NAMES)
def test_every_kind_answers_for_an_order(office, finished, code):
    assert office.get(PAGE, {"kind": code, "words": finished.number}).status_code == 200


def test_a_name_that_is_nobodys_is_told(office):
    page = html.unescape(words(office.get(PAGE, {"kind": "invoice", "words": "INV-1<b>"})))
    assert "There is nothing to write of for 'INV-1<b>' in a mail 'Invoice'." in page
    assert office.get(HTML, {"kind": "invoice", "words": "INV-1"}).status_code == 404
    assert office.get(HTML, {"kind": "nonsense"}).status_code == 404
    assert office.get(PAGE, {"kind": "shipped", "words": "a\0b"}).status_code == 200


@pytest.mark.parametrize("of_document", [True, False])
def test_one_for_trial_goes_to_whoever_asks_once(office, finished, mailoutbox, of_document):
    mailoutbox.clear()
    said = {"kind": "invoice", "words": finished.number if of_document else "", "key": "k"}
    for _ in range(2):
        response = office.post(TEST, said, follow=True)
        assert told(response) == [("success", "It is on its way to administrator@example.com.")]
    work()
    (mail,) = [each for each in mailoutbox if each.subject.startswith("Test: ")]
    assert mail.to == ["administrator@example.com"]
    assert bool(mail.attachments) == of_document
    assert finished.events.filter(name="mailed", source_key__contains="test").count() == 0


def test_whoever_has_no_address_is_told(office):
    User.objects.update(email="")
    response = office.post(TEST, {"kind": "invoice", "key": "k"}, follow=True)
    assert [level for level, _ in told(response)] == ["error"]
    assert not Outbox.objects.filter(topic="test_mail").exists()


def test_mails_are_looked_at_by_sales_and_not_by_the_warehouse(as_role):
    assert as_role("sales").get(PAGE).status_code == 200
    packer = as_role("warehouse")
    for url in (PAGE, f"{HTML}?kind=invoice"):
        assert packer.get(url).status_code == 403
    assert packer.post(TEST, {"kind": "invoice"}).status_code == 403
    assert 'href="/admin/mails/"' not in words(packer.get("/admin/"))


def test_a_hostile_company_does_nothing_to_the_page(office):
    Company.objects.update(name="<script>alert(1)</script>")
    for code in KINDS:
        assert "<script>alert" not in words(office.get(PAGE, {"kind": code}))
        assert "<script>alert" not in words(office.get(HTML, {"kind": code}))
