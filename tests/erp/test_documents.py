"""Papers: whole, kept as they were, and closed to the outside."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from io import BytesIO
from time import sleep

import pytest
from django.core import signing
from pypdf import PdfReader

from accounting.refusal import Refusal
from erp import order_to_cash
from erp.documents.models import Company, DocumentFile
from erp.invoicing import links, pdf
from tests.factories import MONDAY, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db

LONG = ("Überlänge Ωμέγα кириллица 语言 שלום " * 8)[:254] + "!"


@pytest.fixture
def order():
    product = ProductFactory(title=LONG, price=Decimal("10.00"), stock=(3, "4.00"))
    return order_to_cash.place(sale(sale_line(product, 2)), on=MONDAY)


def text_of(content):
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return "".join(words.split())


def test_a_title_of_255_characters_in_any_script_goes_whole_onto_the_papers(order):
    assert order.invoices.get().lines.get().title == LONG
    for document in (order.invoices.get(), order.delivery_notes.get()):
        text = text_of(pdf.document_pdf(document))
        for word in ("Überlänge", "Ωμέγα", "кириллица", "语言", "!"):
            assert word in text


def test_a_pdf_is_made_once_and_kept_with_its_sha256(order):
    invoice = order.invoices.get()
    content = pdf.document_pdf(invoice)
    Company.objects.update(name="Another name")

    assert pdf.document_pdf(invoice) == content
    file = DocumentFile.objects.get(source_key=f"invoice:{invoice.pk}", kind="pdf")
    assert file.sha256 == hashlib.sha256(content).hexdigest()


def test_an_invoice_keeps_the_company_and_the_buyer_as_they_were(order):
    Company.objects.update(name="Another name")
    order.shipping_address.first_name = "Grace"
    order.shipping_address.save()

    text = text_of(pdf.document_pdf(order.invoices.get()))

    assert "AdaLovelace" in text
    assert "Anothername" not in text


def test_a_document_fetches_nothing(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    fetcher = pdf.fetcher()
    for address in (secret.as_uri(), "http://127.0.0.1:1/x.png", "ftp://127.0.0.1/x"):
        with pytest.raises(ValueError, match=r"(?i)protocol"):
            fetcher.fetch(address)


def test_no_two_papers_are_drawn_at_once(monkeypatch):
    """Pango would corrupt the memory of the whole process, now and then."""
    drawing, most = [], []

    def write_pdf(*args, **kwargs):
        drawing.append(1)
        most.append(len(drawing))
        sleep(0.02)
        drawing.pop()
        return b"%PDF"

    monkeypatch.setattr("weasyprint.HTML.write_pdf", write_pdf)
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda _: pdf.render("404.html", {}), range(8)))
    assert drawn == [b"%PDF"] * 8
    assert set(most) == {1}


def test_without_its_libraries_a_pdf_answers_with_the_line_that_helps(order, monkeypatch):
    def no_libraries():
        raise pdf.PdfUnavailable(pdf.HOW_TO_GET_THEM)

    monkeypatch.setattr(pdf, "_weasyprint", no_libraries)

    with pytest.raises(Refusal, match="apt-get install"):
        pdf.document_pdf(order.invoices.get())


def test_a_link_opens_its_order_and_no_other_and_expires(order):
    token = links.order_token(order)
    assert links.order_for(token) == order
    assert token in links.order_link(order)
    with pytest.raises(links.LinkExpired):
        links.order_for(token[:-1] + ("A" if token[-1] != "A" else "B"))
    with pytest.raises(links.LinkExpired):
        links.order_for(signing.dumps(order.pk, salt="another purpose"))
    Company.objects.update(guest_link_days=0)
    with pytest.raises(links.LinkExpired, match="no longer valid"):
        links.order_for(token)


def test_a_delivery_note_is_kept_once_it_has_left_and_drawn_anew_until_then(order, monkeypatch):
    drawn = iter((b"now", b"divided", b"left", b"never"))
    monkeypatch.setattr(pdf, "render", lambda *page: next(drawn))
    note = order.delivery_notes.get()
    assert [pdf.document_pdf(note) for _ in range(2)] == [b"now", b"divided"]
    order.delivery_notes.update(state="ready")
    note.refresh_from_db()
    order_to_cash.ship(note, on=MONDAY)
    assert [pdf.document_pdf(note) for _ in range(2)] == [b"left", b"left"]
