"""Mails to customers: each kind as text and HTML, for the same facts, whatever stands in a name."""

import re
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from erp import order_to_cash
from erp.documents.models import Company, Outbox
from erp.invoicing.mails import KINDS, letter
from erp.invoicing.mails.samples import ORDER, SAMPLES
from erp.sales.models import Automation
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, company, pay, place, ship, shipped_line, work
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db

HOSTILE = '<b onclick="x">Ada</b>\r\nBcc: eve@example.com\n\n<script>alert(1)</script>'


class Words(HTMLParser):
    """The words of a page, and which tags and attributes it uses."""

    def __init__(self, html):
        super().__init__()
        self.words, self.tags, self.addresses, self.hidden = [], set(), set(), False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.hidden = tag in ("style", "title")
        self.addresses |= {value for name, value in attributes if name in ("href", "src")}
        assert not [name for name, _ in attributes if name.startswith("on")]

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)

    def __str__(self):
        return " ".join(" ".join(self.words).split())


def amounts(words):
    return set(re.findall(r"\d+\.\d\d", words))


def spoiled(facts):
    """Return facts in which every word is hostile, and all else as it was."""
    if isinstance(facts, dict):
        return {name: spoiled(value) for name, value in facts.items()}
    if isinstance(facts, list):
        return [spoiled(each) for each in facts]
    return HOSTILE if isinstance(facts, str) and not facts.startswith("http") else facts


def amounts_in(facts):
    if isinstance(facts, dict):
        facts = list(facts.values())
    if isinstance(facts, list):
        return set().union(*map(amounts_in, facts))
    return {str(facts)} if isinstance(facts, Decimal) and facts else set()


def test_every_kind_has_a_sample():
    assert SAMPLES.keys() == KINDS.keys() | {"statement"}


@pytest.mark.parametrize("code", SAMPLES)
class TestEachKind:
    def test_says_the_same_amounts_and_dates_as_text_and_as_html(self, code):
        written = letter.compose(code, SAMPLES[code], papers=[("INV-1.pdf", b"%PDF")])
        html = str(Words(written.html))
        told = amounts(written.text)
        assert told == amounts(html)
        if code == "order_placed":
            assert told == amounts_in(SAMPLES[code])
        assert set(re.findall(r"\d+ March 2026", written.text)) == set(re.findall(r"\d+ March 2026", html))
        assert SAMPLES[code].get("order", {}).get("number", "") in html
        assert "Hello Ada" in written.text
        assert "Hello Ada" in html
        assert len(written.subject) <= 80
        assert "\n\n\n" not in written.text

    def test_takes_a_hostile_name_for_words_and_nothing_else(self, code):
        Company.objects.update(name=HOSTILE, address=HOSTILE, legal_notice=HOSTILE)
        written = letter.compose(code, spoiled(SAMPLES[code]), papers=[(HOSTILE, b"%PDF")])
        page = Words(written.html)
        assert page.tags.isdisjoint({"script", "b onclick"})
        assert "<script" not in written.html
        assert "\n" not in written.subject
        message = letter.message_of(written, to="ada@example.com", key="k").message()
        assert message["Bcc"] is None
        assert message["To"] == "ada@example.com"

    def test_fetches_nothing_when_it_is_read(self, code):
        written = letter.compose(code, SAMPLES[code])
        shown = Words(written.html)
        assert "img" not in shown.tags
        assert shown.addresses <= {ORDER["link"], SAMPLES[code].get("tracking_link")}
        assert "url(" not in written.html

    def test_brings_its_logo_along(self, code, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        firm = Company.objects.get()
        picture = BytesIO()
        Image.new("RGB", (2, 2)).save(picture, "PNG")
        firm.logo.save("logo.png", ContentFile(picture.getvalue()))
        written = letter.compose(code, SAMPLES[code], papers=[("INV-1.pdf", b"%PDF-")])
        message = letter.message_of(written, to="ada@example.com", key="k").message()
        kinds = [part.get_content_type() for part in message.walk()]
        assert kinds == [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
            "image/png",
            "application/pdf",
        ]
        assert 'src="cid:logo"' in written.html


def kinds_sent():
    """Return which mails went out, in order, and check that each was noted on its order."""
    done = Outbox.objects.filter(topic="mail").exclude(done_at=None).order_by("pk")
    return [row.payload["kind"] for row in done]


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(9, "60.00"))


def test_the_customer_hears_of_each_thing_that_happens(lamp, mailoutbox):
    order = place(sale_line(lamp, 2, "119.00"), email="ada@example.com")
    pay(order)
    ship(order)
    work()
    quantities = {shipped_line(order).pk: 1}
    order_to_cash.take_back(order, quantities=quantities, on=FRIDAY, reason="Too bright")
    work()

    assert kinds_sent() == ["order_placed", "shipped", "refund"]
    assert [mail.to for mail in mailoutbox] == [["ada@example.com"]] * 3
    events = order.events.filter(name="mailed").order_by("pk").values_list("message", "source_key")
    (note,) = order.delivery_notes.all()
    operation = order.payments.get().operations.get(kind="refund")
    assert list(events) == [
        ("Order placed to ada@example.com.", f"mail:order_placed:{order.pk}"),
        ("Shipped to ada@example.com.", f"mail:shipped:{note.pk}"),
        ("Refund to ada@example.com.", f"mail:refund:{operation.pk}"),
    ]
    assert "119.00 EUR back" in mailoutbox[2].subject
    assert [name for name, *_ in mailoutbox[2].attachments] == [f"{order.credit_notes.get().number}.pdf"]
    assert is_sound()


def test_a_cancelled_order_is_one_mail_with_its_credit_note_and_what_comes_back(lamp, mailoutbox):
    order = place(sale_line(lamp, 1, "119.00"), email="ada@example.com")
    pay(order)
    work()
    order_to_cash.cancel(order, on=FRIDAY, reason="Changed my mind")
    work()

    assert kinds_sent() == ["order_placed", "order_cancelled"]
    last = mailoutbox[-1]
    assert "You get 119.00 EUR back" in last.body
    assert "Changed my mind" in last.body
    assert [name for name, *_ in last.attachments] == [f"{order.credit_notes.get().number}.pdf"]


def test_what_is_credited_and_was_not_paid_is_told_without_a_refund(lamp, mailoutbox):
    order = place(sale_line(lamp, 2, "119.00"), email="ada@example.com")
    invoice = order.invoices.get()
    amounts = {invoice.lines.get().pk: Decimal("119.00")}
    order_to_cash.credit(invoice, amounts=amounts, on=FRIDAY, key="c")
    work()

    assert kinds_sent() == ["order_placed", "credit_note"]
    assert "119.00 EUR less" in mailoutbox[-1].body


def test_an_invoice_that_comes_later_says_by_when_to_transfer_what(lamp, mailoutbox):
    company(invoice_on="shipment", ship_before_payment=True)
    order = place(sale_line(lamp, 1, "119.00"), email="ada@example.com")
    ship(order)
    work()

    assert kinds_sent() == ["order_placed", "shipped", "invoice"]
    invoice = order.invoices.get()
    assert (
        f"Please transfer 119.00 EUR by 17 March 2026 with the reference {order.number}" in mailoutbox[2].body
    )
    assert mailoutbox[2].subject == f"Invoice {invoice.number} for order {order.number}"


def test_nothing_is_mailed_to_nowhere(lamp, mailoutbox):
    order = place(sale_line(lamp, 1, "119.00"))
    pay(order)
    ship(order)
    work()
    assert mailoutbox == []
    assert not Outbox.objects.filter(topic="mail").exists()


@pytest.mark.parametrize("mode", ["off", "manual"])
def test_where_mails_are_not_automatic_none_goes_by_itself(lamp, mailoutbox, mode):
    Automation.objects.create(step="mail", mode=mode)
    order = place(sale_line(lamp, 1, "119.00"), email="ada@example.com")
    pay(order)
    ship(order)
    work()
    assert mailoutbox == []
    assert not order.events.filter(name="mailed").exists()


def test_a_mail_names_the_company_and_says_that_a_machine_wrote_it(lamp, mailoutbox, settings):
    settings.DEFAULT_FROM_EMAIL = "Somebody <shop@example.com>"
    Company.objects.update(name="Linden, Quince\nBcc: eve@example.com", email="hello@example.com")
    place(sale_line(lamp, 1, "119.00"), email="ada@example.com")
    work()
    message = mailoutbox[0].message()
    assert message["From"] == '"Linden, Quince Bcc: eve@example.com" <shop@example.com>'
    assert message["Reply-To"] == "hello@example.com"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Bcc"] is None
    assert re.fullmatch(r"<[0-9a-f]{32}@\S+>", message["Message-ID"])


def test_a_business_writes_its_own_words(lamp, mailoutbox, settings, tmp_path):
    folder = tmp_path / "documents" / "mails"
    folder.mkdir(parents=True)
    (folder / "shipped.txt").write_text("Off it goes: {{ order.number }}\nYours!")
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [tmp_path, *engine["DIRS"]]}]
    order = place(sale_line(lamp, 1, "119.00"), email="ada@example.com", pay="card")
    ship(order)
    work()
    assert mailoutbox[-1].subject == f"Off it goes: {order.number}"
    assert mailoutbox[-1].body == "Yours!\n"


@pytest.mark.parametrize("code", ["order_placed", "shipped", "refund", "credit_note", "order_cancelled"])
def test_a_sample_has_what_the_real_facts_have(lamp, code):
    order = place(sale_line(lamp, 2, "119.00"), email="ada@example.com")
    invoice = order.invoices.get()
    if code == "credit_note":
        amounts = {invoice.lines.get().pk: Decimal("119.00")}
        order_to_cash.credit(invoice, amounts=amounts, on=FRIDAY, key="c")
    pay(order, amount="119.00") if code == "credit_note" else pay(order)
    if code == "order_cancelled":
        order_to_cash.cancel(order, on=FRIDAY)
    else:
        ship(order)
        order_to_cash.take_back(order, quantities={shipped_line(order).pk: 1}, on=FRIDAY)
    row = Outbox.objects.get(topic="mail", payload__kind=code)
    said = {name: value for name, value in row.payload.items() if name not in ("kind", "document")}
    facts = KINDS[code].facts(KINDS[code].manager.get(pk=row.payload["document"]), **said)
    assert facts.keys() == SAMPLES[code].keys()
    assert facts["order"].keys() == SAMPLES[code]["order"].keys()
