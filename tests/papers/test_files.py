"""The files of a paper: made from its rows alone, written once, whole, and drawn in the background."""

import hashlib
import subprocess
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string
from facturx import get_facturx_xml_from_pdf
from oscar.core.loading import get_model
from pypdf import PdfReader

from accounting.models import TaxCode
from accounting.refusal import Refusal
from erp.documents import outbox
from erp.documents.models import DocumentFile, Outbox
from erp.invoicing import einvoice, pages, pdf
from erp.invoicing.models import Invoice
from erp.invoicing.printing import in_one_file
from tests.books import is_sound
from tests.chain.scenes import LATER, place, ship, work
from tests.papers.scenes import (
    FRENCH,
    FRENCH_VAT_ID,
    bowls,
    credited,
    invoice,
    lines_of,
    name_company,
    reader,
    shipped_invoice,
)

pytestmark = pytest.mark.django_db
KINDS = {"pdf", "xml", "ubl"}


def change_everything():
    """Let all that papers were made of be otherwise today."""
    name_company(
        name="Another company", address="Elsewhere 1\n1 Nowhere", vat_id="DE999", iban="", legal_notice="New"
    )
    for row in get_model("order", "ShippingAddress").objects.all():
        row.first_name, row.line4 = "Grace", "Elsewhere"
        row.save()
    get_model("catalogue", "Product").objects.update(title="Another product")
    get_model("order", "Line").objects.update(title="Another product", partner_sku="X")
    get_model("order", "Order").objects.update(number="another", shipping_method="Another")
    TaxCode.objects.update(name="Another tax", exemption_code="X")


def as_made_now(paper):
    """Make a paper's files from its rows as they are in this moment, and keep none."""
    paper = type(paper).objects.get(pk=paper.pk)
    facts = einvoice.facts(paper, lines_of(paper))
    return einvoice.cii(facts), einvoice.ubl(facts), render_to_string(*pages.page(paper))


def test_files_made_later_say_what_was_true_at_issue():
    billed = shipped_invoice(bowls(tax_code="DE-K-0"), ship_to=FRENCH, vat_id=FRENCH_VAT_ID)
    for paper in (billed, credited(billed, 1)):
        before = as_made_now(paper)
        change_everything()
        assert as_made_now(paper) == before
    assert "Dupont &amp; Fils" in before[2]


@pytest.mark.parametrize("change", ["order_number = 'x'", "payment = '{}'", "paid = 0", "ship_to = '{}'"])
def test_what_files_are_made_of_never_changes(change):
    paper = invoice(pay="card")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE invoicing_invoice SET {change}")
    assert Invoice.objects.get().order_number == paper.order_number


def test_the_pdf_holds_the_very_bytes_of_the_stored_xml(tmp_path):
    for paper in (made := invoice(), credited(made, 1)):
        embedded = reader(paper).attachments
        assert embedded == {"factur-x.xml": [einvoice.paper_xml(paper)]}
        assert len(reader(paper).attachments["factur-x.xml"]) == 1
        told = get_facturx_xml_from_pdf(pdf.document_pdf(paper), check_xsd=True, check_schematron=False)
        assert told == ("factur-x.xml", einvoice.paper_xml(paper))


def test_each_file_is_stored_once_with_its_sha256():
    paper = invoice()
    contents = [pdf.document_pdf(paper), einvoice.paper_xml(paper), einvoice.paper_xml(paper, "ubl")]
    assert [pdf.document_pdf(paper), einvoice.paper_xml(paper), einvoice.paper_xml(paper, "ubl")] == contents

    files = DocumentFile.objects.filter(source_key=f"invoice:{paper.pk}")
    assert {file.kind for file in files} == KINDS
    assert {file.sha256 for file in files} == {hashlib.sha256(content).hexdigest() for content in contents}
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE documents_documentfile SET sha256 = '0'")


def test_a_pdf_is_a_clean_tagged_archive_file(tmp_path):
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf.document_pdf(invoice()))
    subprocess.run(["qpdf", "--check", file], check=True, capture_output=True)

    root = reader(Invoice.objects.get()).trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    for word in ("<pdfaid:part>3<", "<pdfaid:conformance>B<", "EN 16931", "factur-x.xml", "INVOICE"):
        assert word in xmp
    assert root["/AF"][0].get_object()["/AFRelationship"] == "/Alternative"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == "en"


def test_an_issued_invoice_is_drawn_in_the_background_and_its_credit_note_too():
    order = place(bowls())
    credited(order.invoices.get(), 1)
    assert not DocumentFile.objects.exists()
    work()
    kept = set(DocumentFile.objects.values_list("source_key", "kind"))
    keys = (f"invoice:{order.invoices.get().pk}", f"credit:{order.credit_notes.get().pk}")
    assert kept == {(key, kind) for key in keys for kind in ("pdf", "xml")}
    assert is_sound()


def test_an_invoice_that_is_issued_on_shipment_is_drawn_after_it():
    order = place(bowls(), pay="card", invoice_on="shipment")
    assert not Outbox.objects.filter(topic="pdf").exists()
    ship(order)
    work()
    assert DocumentFile.objects.filter(kind="pdf", source_key=f"invoice:{order.invoices.get().pk}").exists()


def test_without_the_libraries_the_invoice_counts_and_its_pdf_is_tried_again(monkeypatch):
    def no_libraries():
        raise pdf.PdfUnavailable(pdf.HOW_TO_GET_THEM)

    with monkeypatch.context() as patch:
        patch.setattr(pdf, "_weasyprint", no_libraries)
        paper = invoice()
        row = Outbox.objects.get(topic="pdf")
        outbox.deliver(row.pk, now=LATER)
    row.refresh_from_db()
    assert row.done_at is None
    assert "apt-get install" in row.last_error
    assert paper.number
    assert is_sound()

    outbox.deliver(row.pk, now=LATER + timedelta(hours=2))
    row.refresh_from_db()
    assert row.done_at
    assert DocumentFile.objects.filter(kind="pdf").count() == 1


def test_a_draft_has_no_files():
    draft = Invoice(pk=7)
    for make in (pdf.document_pdf, einvoice.paper_xml):
        with pytest.raises(Refusal, match="draft"):
            make(draft)


def test_many_papers_are_printed_as_one_file():
    papers = [invoice(key=f"sale-{number}") for number in range(3)]
    content = in_one_file([*papers, *[paper.order.delivery_notes.get() for paper in papers]])
    texts = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    assert len(texts) == 6
    for paper, text in zip(papers, texts, strict=False):
        assert paper.number in text
    # What has not left may still be divided: its note is not kept.
    assert DocumentFile.objects.filter(kind="pdf").count() == 3
