"""How a file may be written, and what is said of one that cannot be read."""

import gzip
import io
from datetime import date

import pytest
from django.core.management import CommandError
from oscar.core.loading import get_model

from erp.backoffice.models import ImportedDocument
from erp.invoicing.models import Invoice
from tests.backoffice.imports.history import HEADER, HISTORY, line_of

pytestmark = pytest.mark.django_db

Order = get_model("order", "Order")


class TestHowAFileIsWritten:
    def test_compressed_whatever_its_name(self, bring_in, tmp_path):
        (tmp_path / "history").write_bytes(gzip.compress(f"{HEADER}\n{HISTORY}".encode()))
        out, _ = bring_in.file(tmp_path / "history")
        assert line_of(out, "taken")[0] == "6"

    @pytest.mark.parametrize("pack", [bytes, gzip.compress])
    def test_standard_input(self, bring_in, monkeypatch, pack):
        stream = io.BufferedReader(io.BytesIO(pack(f"{HEADER}\n{HISTORY}".encode())))
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream))
        out, _ = bring_in.file("-")
        assert line_of(out, "taken")[0] == "6"

    def test_other_columns_another_delimiter_another_encoding(self, bring_in, tmp_path):
        text = "Nr;Was;Text;Menge;Tag;Preis;Wer;Wo;Rest\n7;A1;Käse;2;30.12.2019;10;1;Austria;x\n"
        (tmp_path / "a.csv").write_bytes(text.encode("cp1252"))
        mapping = "order=Nr,sku=Was,title=Text,quantity=Menge,date=Tag,price=Preis,customer=Wer,country=Wo"
        options = ("--map", mapping, "--delimiter", ";", "--encoding", "cp1252", "--date-format", "%d.%m.%Y")
        bring_in.file(tmp_path / "a.csv", *options)
        assert Order.objects.get().lines.get().title == "Käse"

    def test_a_mark_of_byte_order_and_lines_of_windows(self, bring_in, tmp_path):
        text = f"\ufeff{HEADER}\n{HISTORY}".replace("\n", "\r\n")
        (tmp_path / "a.csv").write_bytes(text.encode())
        out, _ = bring_in.file(tmp_path / "a.csv")
        assert line_of(out, "taken")[0] == "6"

    def test_a_moment_with_an_offset(self, bring_in):
        bring_in("7,A1,Robot,1,2019-12-30T23:30:00-02:00,10,1,France\n")
        assert Invoice.objects.get().issued_on == date(2019, 12, 31)


class TestABadFile:
    def refused(self, bring_in, words, text=HISTORY, **given):
        with pytest.raises(CommandError, match=words) as caught:
            bring_in(text, **given)
        assert caught.value.returncode == 1
        assert not ImportedDocument.objects.exists()

    def refused_file(self, bring_in, words, file, content=None, *options):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(CommandError, match=words):
            bring_in.file(file, *options)
        assert not ImportedDocument.objects.exists()

    def test_with_another_delimiter(self, bring_in):
        text, header = HISTORY.replace(",", ";"), HEADER.replace(",", ";")
        words = r"no column InvoiceNo, .* It seems to be separated by ';': say --delimiter ';'\."
        self.refused(bring_in, words, text, header=header)

    def test_with_tabs(self, bring_in):
        self.refused(bring_in, "say --delimiter tab", "", header=HEADER.replace(",", "\t"))

    def test_without_a_column(self, bring_in):
        header = HEADER.replace("UnitPrice", "Price")
        self.refused(bring_in, "no column UnitPrice; it has InvoiceNo, .*, Price, .*--map", header=header)

    def test_with_a_column_twice(self, bring_in):
        self.refused(bring_in, "two columns Country", header=f"{HEADER},Country")

    def test_in_another_encoding(self, bring_in, tmp_path):
        content = f"{HEADER}\n7,A1,K\u00e4se,1,2019-12-30,10,1,France\n".encode("cp1252")
        words = "not written in utf-8: byte 7 of line 2 is 0xe4.*--encoding cp1252"
        self.refused_file(bring_in, words, tmp_path / "a.csv", content)

    def test_in_utf_16(self, bring_in, tmp_path):
        content = f"{HEADER}\n{HISTORY}".encode("utf-16")
        self.refused_file(bring_in, "byte 1 of line 1 is 0xff", tmp_path / "a.csv", content)

    def test_that_is_cut_off(self, bring_in, tmp_path):
        content = gzip.compress(f"{HEADER}\n{HISTORY * 40}".encode())[:-20]
        words = "damaged or cut off after line [0-9]+: nothing of it was imported"
        self.refused_file(bring_in, words, tmp_path / "a.csv.gz", content)

    def test_that_is_damaged(self, bring_in, tmp_path):
        content = bytearray(gzip.compress(f"{HEADER}\n{HISTORY}".encode()))
        content[40:60] = b"\x00" * 20
        self.refused_file(bring_in, "damaged or cut off", tmp_path / "a.csv.gz", content)

    def test_that_is_compressed_only_by_name(self, bring_in, tmp_path):
        self.refused_file(bring_in, "is no gzip file", tmp_path / "a.csv.gz", b"InvoiceNo,StockCode\n")

    def test_that_is_empty(self, bring_in, tmp_path):
        self.refused_file(bring_in, "The file is empty", tmp_path / "a.csv", b"")

    def test_that_is_not_there(self, bring_in, tmp_path):
        self.refused_file(bring_in, "cannot be read: No such file", tmp_path / "none.csv")

    def test_with_a_quote_that_never_ends(self, bring_in):
        self.refused(bring_in, "Line 13 of .* is no line of a CSV file", f'{HISTORY}9,"A1,Robot')

    @pytest.mark.parametrize(
        ("mapping", "words"),
        [
            ("order=InvoiceNo", "does not say which column is sku, title"),
            ("order=a,colour=b", "'colour=b' is not one of"),
            ("order=a,order=b", "'order=b' is not one of"),
            ("order", "'order' is not one of"),
            (
                "order=a,sku=a,title=c,quantity=d,date=e,price=f,customer=g,country=h",
                "one column twice",
            ),
        ],
    )
    def test_with_a_map_that_is_none(self, bring_in, mapping, words):
        with pytest.raises(CommandError, match=words):
            bring_in(HISTORY, "--map", mapping)

    @pytest.mark.parametrize(
        "options",
        [("--vat", "101"), ("--vat", "x"), ("--vat", "1.005"), ("--limit", "0"), ("--delimiter", "::")],
    )
    def test_with_options_that_are_none(self, bring_in, options):
        with pytest.raises(CommandError, match="Error: argument"):
            bring_in(HISTORY, *options)

    def test_with_a_report_that_cannot_be_written(self, bring_in, tmp_path):
        with pytest.raises(CommandError, match="cannot be written"):
            bring_in(HISTORY, "--report", str(tmp_path))
        assert not ImportedDocument.objects.exists()
