"""The documents of a period in one zip: the stored bytes, and a list that names each."""

import csv
import hashlib
import io
from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import pytest

from accounting import chart
from accounting.exports import Asked
from accounting.models import Account, ExportRecord
from accounting.periods import period_of
from erp import order_to_cash, procure_to_pay
from erp.backoffice import archive
from erp.closing.models import Certificate
from erp.documents import files as document_files
from erp.documents.models import DocumentFile
from erp.invoicing.models import CreditNote, Invoice
from erp.procure_to_pay import Expense
from erp.purchasing import suppliers
from erp.purchasing.models import Supplier
from tests.chain.scenes import FRIDAY, shipped_line

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MARCH = Asked(date(2026, 3, 1), date(2026, 3, 31))


def taken(asked=MARCH):
    """Return the files in the zip by name, and the rows of its list."""
    with archive.hand_out(asked, by=None).file as file, ZipFile(file) as found:
        assert found.testzip() is None
        files = {name: found.read(name) for name in found.namelist()}
    index = files.pop("index.csv").decode("utf-8-sig")
    delimiter = ";" if asked.comma else ","
    return files, list(csv.DictReader(io.StringIO(index, newline=""), delimiter=delimiter))


def test_it_holds_the_bytes_that_are_stored_and_the_list_says_which(finished):
    files, rows = taken()
    kept = {bytes(one.content) for one in DocumentFile.objects.filter(kind__in=("pdf", "xml"))}
    papers = [*Invoice.objects.order_by("pk"), *CreditNote.objects.order_by("pk")]
    assert [row["number"] for row in rows] == [paper.number for paper in papers]
    for row, paper in zip(rows, papers, strict=True):
        assert [row["net"], row["tax"], row["gross"]] == [str(paper.net), str(paper.tax), str(paper.gross)]
        assert (row["date"], row["party"]) == (paper.issued_on.isoformat(), "Ada Lovelace")
        assert row["entry_no"].startswith("SALES-2026-")
        for name, sha256 in ((row["file"], row["sha256"]), (row["xml"], row["xml_sha256"])):
            assert files[name] in kept
            assert hashlib.sha256(files[name]).hexdigest() == sha256
    assert files.keys() == {row[column] for row in rows for column in ("file", "xml")}


def test_what_was_never_drawn_is_drawn_and_kept(ordered):
    assert not DocumentFile.objects.exists()
    files, (row,) = taken()
    assert files[row["file"]].startswith(b"%PDF")
    assert DocumentFile.objects.filter(kind="pdf").count() == 1


def test_it_is_the_same_each_time_whatever_is_issued_later(finished):
    first = archive.hand_out(MARCH, by=None)
    order_to_cash.take_back(
        finished, quantities={shipped_line(finished).pk: 1}, on=date(2026, 4, 1), key="again", reason="Dark"
    )
    again = archive.hand_out(MARCH, by=None)
    assert first.file.read() == again.file.read()
    assert len(set(ExportRecord.objects.values_list("sha256", flat=True))) == 1


def test_it_holds_no_document_of_other_days(finished):
    files, rows = taken(Asked(date(2026, 3, 7), None))
    assert (files, rows) == ({}, [])
    assert date(2026, 3, 7) > FRIDAY
    _, all_rows = taken(Asked())
    assert len(all_rows) == Invoice.objects.count() + CreditNote.objects.count()


def test_the_list_is_written_for_people(finished):
    _, rows = taken(Asked(comma=True, bom=True))
    assert {row["gross"].count(",") for row in rows} == {1}


def test_a_paper_that_comes_in_between_is_asked_for_again(ordered, monkeypatch):
    monkeypatch.setattr(archive, "_draw_what_is_missing", lambda asked: None)
    with pytest.raises(archive.IssuedMeanwhile, match="was issued just now: take the documents once more"):
        archive.hand_out(MARCH, by=None)
    assert not ExportRecord.objects.exists()


def test_bills_of_suppliers_are_in_it_as_they_came_under_names_that_are_safe(db):
    oak = suppliers.keep(Supplier(code="oak", name="=Oak"))
    rent = Expense(Account.objects.get(role=chart.EXPENSES), "Rent", Decimal("100.00"))
    for number, file in (("../../etc/R 1", ("evil/../x.p/d!f", b"%PDF bill")), ("R-2", None)):
        bill = procure_to_pay.bill(oak, number=number, issued_on=FRIDAY, lines=[rent], on=FRIDAY, file=file)
    files, rows = taken()
    name = f"supplier-bills/2026-03/{bill.pk - 1}-_etc_R_1.p_d_f"
    assert files == {name: b"%PDF bill"}
    assert [(row["number"], row["party"], row["gross"]) for row in rows] == [
        ("../../etc/R 1", "'=Oak", "100.00"),
        ("R-2", "'=Oak", "100.00"),
    ]
    assert [row["file"] for row in rows] == [name, ""]
    assert all(row["entry_no"].startswith("PURCHASES-2026-") for row in rows)


def test_certificates_of_locked_months_are_in_it(db):
    period = period_of(FRIDAY)
    Certificate.objects.create(period=period, reason="Declared", checks=9, hashes={})
    document_files.keep(f"period:{period.pk}", "pdf", "certificate.pdf", b"%PDF certificate")
    files, (row,) = taken()
    assert files == {"certificates/2026-03.pdf": b"%PDF certificate"}
    assert (row["kind"], row["number"], row["date"]) == ("certificate", "2026-03", "2026-03-31")
