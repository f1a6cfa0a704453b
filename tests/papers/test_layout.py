"""What a paper says and shows, read from its PDF."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.template import engines
from PIL import Image

from erp.documents.logo import NoLogo, check_logo
from erp.documents.models import Company
from tests.chain.scenes import pay, place
from tests.factories import ADA
from tests.papers.scenes import (
    AMERICAN,
    FRENCH,
    FRENCH_VAT_ID,
    abroad,
    book,
    bowls,
    credited,
    invoice,
    name_company,
    reader,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]
IBAN = "DE89 3704 0044 0532 0130 00"
MINUS = "\N{MINUS SIGN}"
OWN = '{% extends "documents/invoice.html" %}{% block closing %}<p>See you!</p>{% endblock %}'


def picture(kind="PNG", size=(300, 100)):
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


def test_an_invoice_says_all_that_the_law_asks_for():
    paper = invoice(bowls(3, "34.90", "10.47"), book(), charge="4.90")
    text = text_of(paper)
    wanted = [paper.number, paper.order_number, "2 March 2026", "16 March 2026", "Ada Lovelace", IBAN]
    wanted += ["Nordlicht Keramik GmbH", "Deichstraße 12", "VAT id DE136695976", "Tax number 27/123/45678"]
    wanted += [
        "Managing director: Jana Petersen",
        "Tea bowl",
        "34.90",
        "29.33 excl. VAT",
        f"Discount {MINUS}10.47",
    ]
    wanted += ["VAT 7 % on 25.95", "VAT 19 % on 83.30", "1.82 EUR", "15.83 EUR", "109.25 EUR", "126.90 EUR"]
    wanted += ["Please transfer 126.90 EUR by 16 March 2026", "Page 1 of 1", "as delivered"]
    assert [word for word in wanted if word not in text] == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"pay": "card"}, "104.70 EUR, Card (sandbox). Nothing is left to pay."),
        ({"origin": "import"}, "104.70 EUR, Bank transfer. Nothing is left to pay."),
    ],
)
def test_who_has_paid_is_not_asked_to_pay(changes, says):
    paper = invoice(**changes)
    text = text_of(paper)
    assert says in text
    assert "Due" not in text
    assert "Please" not in text
    assert paper.due == 0


def test_who_paid_a_part_is_asked_for_the_rest():
    order = place(bowls(), invoice_on="payment")
    pay(order, amount="50.00")
    text = text_of(order.invoices.get())
    assert f"Already paid {MINUS}50.00 EUR" in text
    assert "Please transfer 54.70 EUR" in text


def test_without_a_bank_account_nobody_is_asked_to_transfer_to_it():
    name_company(iban="")
    assert "Please pay 104.70 EUR by 16 March 2026: Bank transfer." in text_of(invoice())


@pytest.mark.parametrize(
    ("code", "to", "says"),
    [
        ("DE-K-0", FRENCH, "intra-Community supply (Article 138 of Directive 2006/112/EC)."),
        ("DE-AE-0", FRENCH, "everse charge"),
        ("DE-G-0", AMERICAN, "xport"),
    ],
)
def test_where_no_vat_is_charged_the_paper_says_why(code, to, says):
    paper = abroad(code, to, vat_id=FRENCH_VAT_ID if to is FRENCH else "")
    text = text_of(paper)
    assert says in text
    assert "Supplied 3 March 2026" in text
    assert paper.deliveries[0] in text
    if to is FRENCH:
        assert f"Your VAT id {FRENCH_VAT_ID}" in text
        assert "Dupont & Fils" in text


def test_a_credit_note_names_invoice_and_reason_and_asks_for_nothing():
    paper = invoice()
    text = text_of(credited(paper, 1))
    for word in ("Credit note CN-2026-000001", f"For invoice {paper.number} 2 March 2026", "34.90 EUR"):
        assert word in text
    assert "Two arrived broken" in text
    assert "set off against what may still be owed" in text
    assert "Please transfer" not in text


def test_a_long_paper_repeats_its_head_and_counts_its_pages():
    paper = invoice(*[bowls(1, title=f"Bowl number {place} of the long series") for place in range(40)])
    pages_shown = [" ".join(page.extract_text().split()) for page in reader(paper).pages]
    assert len(pages_shown) > 2
    for number, text in enumerate(pages_shown, start=1):
        assert f"Page {number} of {len(pages_shown)}" in text
        assert ("Pieces Unit price" in text) == ("Bowl number" in text)
        assert (f"Invoice {paper.number} of 2 March 2026" in text) == (number > 1)
    assert "Total" in pages_shown[-1]


def test_names_without_a_place_to_break_stay_on_the_paper():
    words = "W" * 255
    paper = invoice(
        bowls(title=words, upc="S" * 64), ship_to=replace(ADA, last_name="N" * 200, line1="L" * 200)
    )
    text = "".join(text_of(paper).split())
    for word in (words, "S" * 64, "N" * 200, "L" * 200):
        assert word in text


def test_missing_lines_of_an_address_leave_no_gaps():
    bare = replace(ADA, first_name="", last_name="Customer 4711", line1="", city="", postcode="")
    assert "Customer 4711 Germany" in text_of(invoice(ship_to=bare))


def test_the_code_for_banking_apps_is_there_when_a_transfer_is_due():
    def images(paper):
        return len(reader(paper).pages[0].images)

    assert images(invoice(key="1")) == 1
    assert images(invoice(key="2", pay="card")) == 0


def test_the_logo_is_on_the_papers(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    firm = Company.objects.get()
    for kind in ("PNG", "JPEG"):
        firm.logo.save(f"logo.{kind.lower()}", ContentFile(picture(kind)))
        paper = invoice(key=kind, pay="card")
        assert len(reader(paper).pages[0].images) == 1
    firm.logo.storage.delete(firm.logo.name)
    assert "Nordlicht Keramik GmbH" in text_of(invoice(key="gone"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (picture("GIF"), "no PNG or JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG or JPEG"),
        (picture()[:20], "no PNG or JPEG"),
        (picture(size=(2001, 1)), "at most 2000 pixels"),
        (b"x" * 500_001, "at most 500 kB"),
    ],
    ids=["gif", "svg", "cut off", "wide", "heavy"],
)
def test_what_is_no_logo_is_refused_with_the_reason(content, sentence):
    with pytest.raises(NoLogo, match=sentence):
        check_logo(content)


def test_a_business_puts_its_own_papers_first(settings, tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "refund.html").write_text("<p>Our own words about money.</p>")
    (folder / "invoice.html").write_text(OWN)
    (first,) = settings.TEMPLATES
    settings.TEMPLATES = [{**first, "DIRS": [tmp_path, *first["DIRS"][1:]]}]
    engines._engines = {}

    paper = invoice()
    assert "See you!" in text_of(paper)
    assert "Our own words about money." in text_of(credited(paper, 1))


def test_the_folder_for_own_papers_is_named_by_a_setting(settings):
    own, ours = settings.TEMPLATES[0]["DIRS"]
    assert str(own) == str(settings.VAR_DIR / "templates")
    assert ours == settings.BASE_DIR / "templates"


def test_cash_on_delivery_is_paid_to_the_carrier():
    text = text_of(invoice(pay="cod"))
    assert "Please pay 104.70 EUR to the carrier when the parcel arrives." in text
    assert "Please transfer" not in text


def test_a_paper_keeps_what_was_paid_when_it_was_issued():
    order = place(bowls(4, "10.00"), book(1, "10.00"), invoice_on="payment")
    pay(order, amount="20.00")
    paper = order.invoices.get()
    assert (paper.gross, paper.paid, paper.due) == (Decimal("50.00"), Decimal("20.00"), Decimal("30.00"))
