"""Papers at the back office: their files, many printed at once, and what the company puts on them."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfReader

from erp.documents.models import Company
from erp.invoicing import pdf
from erp.invoicing.models import Invoice
from tests.backoffice.desk import list_url, page_url, press, told, words
from tests.chain.scenes import place
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db


def test_a_paper_is_handed_out_for_people_and_for_machines(office, ordered):
    invoice = ordered.invoices.get()
    page = words(office.get(page_url(invoice)))
    for form, sign in (("xml", b"CrossIndustryInvoice"), ("ubl", b"Invoice-2")):
        url = f"/admin/xml/invoice/{form}/{invoice.pk}/"
        assert url in page
        answer = office.get(url)
        assert answer["Content-Type"] == "application/xml"
        assert sign in answer.content
    for path in (
        f"delivery/xml/{ordered.delivery_notes.get().pk}",
        f"invoice/zip/{invoice.pk}",
        "invoice/ubl/0",
    ):
        assert office.get(f"/admin/xml/{path}/").status_code == 404


def test_who_may_not_see_an_invoice_gets_no_file_of_it(as_role, ordered):
    assert as_role("warehouse").get(f"/admin/xml/invoice/ubl/{ordered.invoices.get().pk}/").status_code == 403


def test_invoices_are_printed_in_one_file(office):
    for key in ("one", "two", "three"):
        place(sale_line(ProductFactory(stock=(5, "4.00"))), key=key)
    answer = press(office, "print_out", *Invoice.objects.order_by("-pk"))
    assert answer["Content-Type"] == "application/pdf"
    shown = [page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages]
    assert len(shown) == 3
    for paper, text in zip(Invoice.objects.order_by("number"), shown, strict=True):
        assert paper.number in text


def test_where_nothing_can_be_drawn_printing_says_what_helps(office, ordered, monkeypatch):
    def unavailable():
        raise pdf.PdfUnavailable(pdf.HOW_TO_GET_THEM)

    monkeypatch.setattr(pdf, "_weasyprint", unavailable)
    answer = press(office, "print_out", ordered.invoices.get())
    assert ("error", pdf.HOW_TO_GET_THEM) in told(answer)


def test_too_many_are_not_printed_at_once(office, ordered, monkeypatch):
    monkeypatch.setattr("erp.backoffice.desks.invoicing.MOST_PRINTED", 0)
    assert ("error", "Print at most 0 at a time.") in told(press(office, "print_out", ordered.invoices.get()))


class TestTheCompany:
    def answers(self, office, **changes):
        form = office.get(page_url(Company.objects.get())).context["adminform"].form
        known = {name: form.initial.get(name) for name in form.fields}
        unsent = {name for name, value in known.items() if value is None or value is False or value == ""}
        return {name: value for name, value in known.items() if name not in unsent} | changes

    def send(self, office, **changes):
        return office.post(page_url(Company.objects.get()), self.answers(office, **changes), follow=True)

    def test_its_logo_and_notice_are_set_in_the_settings(self, office, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        out = BytesIO()
        Image.new("RGB", (30, 10)).save(out, "PNG")
        logo = SimpleUploadedFile("logo.png", out.getvalue())
        self.send(office, logo=logo, legal_notice="HRB 1", tax_number="27/1")
        firm = Company.objects.get()
        assert (firm.legal_notice, firm.tax_number) == ("HRB 1", "27/1")
        assert firm.logo.name.startswith("company/logo")

    def test_what_is_no_picture_is_refused(self, office, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        out = BytesIO()
        Image.new("RGB", (3000, 10)).save(out, "PNG")
        answer = self.send(office, logo=SimpleUploadedFile("logo.png", out.getvalue()))
        assert "at most 2000 pixels" in words(answer)
        assert not Company.objects.get().logo


def test_the_list_of_invoices_offers_to_print(office, ordered):
    assert "Print…" in words(office.get(list_url(Invoice)))
