"""What leaves the back office as a file: the books, and lists as spreadsheets."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from accounting import guards
from accounting.exports import FORMATS
from accounting.models import JournalLine, Party
from erp.backoffice.exporting import Exported, harmless
from erp.backoffice.site import office as site
from erp.invoicing.models import Invoice
from erp.sales.models import Step
from tests.backoffice.desk import list_url, words
from tests.chain.scenes import place
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db

DAYS = {"start": "2026-03-01", "end": "2026-03-31"}
CSV, XLSX = "0", "1"


def exported(client, model, file_format=CSV):
    """Return the file that a list's export form gives with all its columns."""
    url = f"{list_url(model)}export/"
    form = client.get(url).context["form"]
    columns = {name: "on" for name, field in form.fields.items() if hasattr(field, "is_selectable_field")}
    response = client.post(url, {**columns, "format": file_format, "resource": "0"})
    assert "attachment" in response["Content-Disposition"]
    return response


class TestTheBooks:
    @pytest.mark.parametrize("name", ["gl", "trial-balance", "hledger", "beancount"])
    def test_are_the_same_bytes_by_download_and_by_command(self, office, finished, tmp_path, name):
        file = tmp_path / "books"
        days = ("--from", DAYS["start"], "--to", DAYS["end"])
        call_command("export_ledger", "--format", name, *days, "--output", str(file))
        out = io.StringIO()
        call_command("export_ledger", "--format", name, *days, stdout=out)

        downloaded = b"".join(office.get(f"/admin/books/{name}/", DAYS).streaming_content)

        assert downloaded == file.read_bytes() == out.getvalue().encode()
        assert len(downloaded) > 200

    def test_are_shown_for_this_year_unless_told_otherwise(self, office, finished):
        page = office.get("/admin/books/")
        assert 'type="date"' in words(page)
        assert page.context["days"]["start"].month == 1
        assert page.context["days"]["end"].month == 12

    def test_say_so_when_the_days_are_no_days(self, office):
        wrong = words(office.get("/admin/books/", {"start": "2026-12-31", "end": "2026-01-01"}))
        assert "The first day comes after the last one." in wrong
        assert "Enter a valid date." in words(office.get("/admin/books/", {"start": "x", "end": ""}))
        assert office.get("/admin/books/gl/", {"start": "x"}).url == "/admin/books/"
        assert office.get("/admin/books/nothing/", DAYS).status_code == 404


class TestExportLedgerRefuses:
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["--from", "31.12.2026"], "'31.12.2026' is not a day such as 2026-01-31."),
            (["--from", "2026-12-31", "--to", "2026-01-01"], "comes after the last one"),
            (["--output", "/nowhere/books.csv"], "/nowhere/books.csv cannot be written: No such file"),
        ],
    )
    def test_in_a_sentence(self, arguments, sentence):
        with pytest.raises(CommandError, match=sentence):
            call_command("export_ledger", "--format", "gl", *arguments)

    def test_a_database_that_is_away(self, monkeypatch):
        def away(*args, **kwargs):
            raise OperationalError("connection refused")

        monkeypatch.setitem(FORMATS, "gl", away)
        with pytest.raises(CommandError, match="The database does not answer: connection refused"):
            call_command("export_ledger", "--format", "gl")


class TestVerifyBooks:
    def test_says_one_line_a_check(self, finished):
        out = io.StringIO()
        call_command("verify_books", stdout=out)
        lines = out.getvalue().splitlines()
        assert len(lines) > 30
        assert all(line.startswith("ok  ") for line in lines)
        numbers = {line.split()[1] for line in lines}
        assert numbers >= {str(number) for number in range(1, 14)}

    def test_says_what_is_wrong_and_ends_with_an_error(self, ordered):
        Step.objects.filter(name="ship").update(state="failed", reason="The van broke down")
        out = io.StringIO()
        with pytest.raises(CommandError, match="1 finding: the books are not sound"):
            call_command("verify_books", stdout=out)
        assert "BAD 11 No step has failed" in out.getvalue()
        assert "The van broke down" in out.getvalue()

    @pytest.mark.django_db(transaction=True)
    def test_misses_a_guard_that_is_gone(self):
        guards.drop()
        try:
            with pytest.raises(CommandError, match="finding"):
                call_command("verify_books", stdout=io.StringIO())
        finally:
            guards.install()
        assert connection.vendor in ("sqlite", "postgresql")


class TestLists:
    def test_hold_money_as_numbers(self, office, finished):
        rows = list(csv.DictReader(io.StringIO(words(exported(office, Invoice)))))
        assert rows[0]["gross"] == "297.50"
        assert rows[0]["party__name"] == "Ada Lovelace"

        sheet = openpyxl.load_workbook(io.BytesIO(exported(office, JournalLine, XLSX).content)).active
        heads = [cell.value for cell in sheet[1]]
        debits = [row[heads.index("debit")].value for row in sheet.iter_rows(min_row=2)]
        assert all(isinstance(value, int | float) for value in debits)
        assert sum(Decimal(str(value)) for value in debits) == sum(
            JournalLine.objects.values_list("debit", flat=True)
        )

    @pytest.mark.parametrize("file_format", [CSV, XLSX])
    def test_hold_no_formula(self, office, file_format):
        product = ProductFactory(stock=(5, "3.00"))
        place(sale_line(product))
        Party.objects.update(name='=HYPERLINK("http://evil.example")')
        content = exported(office, Invoice, file_format).content
        if file_format == CSV:
            names = [row["party__name"] for row in csv.DictReader(io.StringIO(content.decode()))]
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(content)).active
            names = [cell.value for row in sheet.iter_rows(min_row=2) for cell in row]
            assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        assert '\'=HYPERLINK("http://evil.example")' in names

    @pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx"])
    def test_words_like_a_formula_get_a_quote_and_others_none(self, text):
        assert harmless(text) == f"'{text}"
        assert harmless(f"x{text}") == f"x{text}"

    def test_keep_to_what_the_list_was_narrowed_to(self, office, finished):
        url = f"{list_url(Invoice)}export/?owed=yes"
        chosen = {"format": CSV, "resource": "0", "invoiceexport_number": "on"}
        assert words(office.post(url, chosen)).split() == ["number"]

    def test_can_be_exported_wherever_they_are_offered(self, office, finished):
        offered = [model for model, desk in site._registry.items() if isinstance(desk, Exported)]
        assert len(offered) > 12
        for model in offered:
            assert exported(office, model).content.count(b"\n") > 0, model
