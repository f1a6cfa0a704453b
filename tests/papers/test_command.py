"""`manage.py invoice`: the files of a paper on disk, or what the paper is."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from erp.documents.models import DocumentFile
from erp.invoicing import einvoice, pdf
from tests.papers.scenes import credited, invoice

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command("invoice", *words, stdout=out)
    return out.getvalue()


def test_it_writes_the_files_and_draws_them_first_if_need_be(tmp_path):
    paper = invoice()
    files = {kind: tmp_path / f"paper.{kind}" for kind in ("pdf", "xml", "ubl")}
    told = run(paper.number, *[word for kind, file in files.items() for word in (f"--{kind}", str(file))])

    assert files["pdf"].read_bytes() == pdf.document_pdf(paper)
    assert files["xml"].read_bytes() == einvoice.paper_xml(paper)
    assert files["ubl"].read_bytes() == einvoice.paper_xml(paper, "ubl")
    assert DocumentFile.objects.count() == 3
    for file in files.values():
        assert str(file) in told


def test_latest_is_the_newest_invoice_or_credit_note(tmp_path):
    paper = invoice()
    assert paper.number in run("latest")
    assert credited(paper, 1).number in run("latest")


def test_without_a_file_it_says_what_the_paper_is_and_which_files_it_has():
    paper = invoice()
    told = run(paper.number)
    for word in (
        paper.number,
        "2026-03-02",
        "Ada Lovelace",
        paper.order_number,
        "104.70 EUR",
        "no files yet",
    ):
        assert word in told
    einvoice.paper_xml(paper, "ubl")
    assert DocumentFile.objects.get().sha256 in run(paper.number)


def test_what_cannot_be_is_said_in_a_sentence(tmp_path, monkeypatch):
    with pytest.raises(CommandError, match="no invoice and no credit note yet"):
        run("latest")
    paper = invoice()
    with pytest.raises(CommandError, match=r"There is no invoice or credit note INV-1999-000001\."):
        run("INV-1999-000001")
    for where in (tmp_path, tmp_path / "missing" / "paper.pdf"):
        with pytest.raises(CommandError, match="cannot be written"):
            run(paper.number, "--xml", str(where))

    def no_libraries():
        raise pdf.PdfUnavailable(pdf.HOW_TO_GET_THEM)

    monkeypatch.setattr(pdf, "_weasyprint", no_libraries)
    with pytest.raises(CommandError, match="apt-get install"):
        run(paper.number, "--pdf", str(tmp_path / "paper.pdf"))
