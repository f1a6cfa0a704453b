"""What leaves the back office as a file: the books, and lists as spreadsheets."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounting import guards
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
