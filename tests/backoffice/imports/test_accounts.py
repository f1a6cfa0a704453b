"""Every row that comes in is taken, or left out with its number and reason; and the sums agree."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from oscar.core.loading import get_model

from erp import order_to_cash
from erp.backoffice.imports import selling
from tests.backoffice.imports.history import HEADER, HISTORY, left_out, line_of
from tests.books import is_sound
from tests.factories import MONDAY, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db

Order = get_model("order", "Order")
Product = get_model("catalogue", "Product")


class TestTheAccount:
    def test_every_row_is_taken_and_the_sums_agree(self, bring_in):
        out, report = bring_in(HISTORY)
        assert line_of(out, "in the file") == ["6", "11", "165.15", "-141.50"]
        assert line_of(out, "taken") == ["6", "11", "165.15", "-141.50"]
        assert line_of(out, "left out") == ["0", "0", "0.00", "0.00"]
        assert "the sums agree" in out
        assert report == []

    def test_sums_that_do_not_agree_are_an_error(self, bring_in, monkeypatch):
        monkeypatch.setattr(
            "erp.backoffice.imports.accounts.kept", lambda documents: (Decimal(1), Decimal(0))
        )
        with pytest.raises(CommandError, match=r"sales: 165\.15 were taken, the database has 1\."):
            bring_in(HISTORY)

    def test_a_document_that_came_to_something_else_is_left_out_whole(self, bring_in, monkeypatch):
        sell = selling.sell
        monkeypatch.setattr("erp.backoffice.imports.run.sell", lambda *given: sell(*given) + 1)
        _, report = bring_in("7,A1,Robot,2,2019-12-30,10,1,France\n")
        assert left_out(report) == [(2, "7", "its rows come to 20.00, here it came to 21.00")]
        assert not Order.objects.exists()
        assert not Product.objects.exists()

    def test_a_report_is_written_beside_the_database_by_default(self, tmp_path, settings, capsys):
        settings.VAR_DIR = tmp_path / "var"
        (tmp_path / "a.csv").write_text(f"{HEADER}\n{HISTORY}")
        call_command("import_orders", str(tmp_path / "a.csv"), "--dry-run")
        (report,) = settings.VAR_DIR.glob("import-report-*.csv")
        assert str(report) in capsys.readouterr().out

    def test_the_report_shows_the_row_and_no_formula(self, bring_in):
        _, report = bring_in('9,A1,=1+1,-2,2019-12-30,5,"@x, y",France\n')
        assert report[0] == {
            "row": "2",
            "document": "9",
            "reason": "negative quantity in a sale",
            "InvoiceNo": "9",
            "StockCode": "A1",
            "Description": "'=1+1",
            "Quantity": "-2",
            "InvoiceDate": "2019-12-30",
            "UnitPrice": "5",
            "CustomerID": "'@x, y",
            "Country": "France",
        }


GOOD = {
    "order": "9",
    "sku": "A1",
    "title": "Robot",
    "quantity": "1",
    "date": "2019-12-30",
    "price": "5.00",
    "customer": "1",
    "country": "France",
}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"order": " "}, "no document number"),
        ({"order": "9" * 31}, "document number of 31 characters: at most 30"),
        ({"sku": ""}, "no stock code"),
        ({"sku": "1" * 65}, "stock code of 65 characters: at most 64"),
        ({"title": ""}, "no description"),
        ({"title": "x" * 256}, "description of 256 characters: at most 255"),
        ({"title": "a\x00b"}, "description with a control character"),
        ({"quantity": "0"}, "quantity 0"),
        ({"quantity": "-1"}, "negative quantity in a sale"),
        ({"order": "C9", "quantity": "1"}, "positive quantity in a credit"),
        ({"quantity": "1.5"}, "quantity is no whole number"),
        ({"quantity": "six"}, "quantity is no number"),
        ({"quantity": "1000000000"}, "quantity above 1000000"),
        ({"price": "0"}, "price 0: nothing was sold"),
        ({"price": "0.00", "quantity": "-5"}, "price 0: nothing was sold"),
        ({"price": "-1"}, "negative price"),
        ({"price": "1.005"}, "price with parts of a cent"),
        ({"price": "1,5"}, "price is no number"),
        ({"price": "NaN"}, "price is no number"),
        ({"price": "1000000.01"}, "price above 1000000"),
        ({"date": "yesterday"}, "date cannot be read: see --date-format"),
        ({"date": "12/30/2019"}, "date cannot be read: see --date-format"),
        ({"date": "1985-01-01"}, "date before 1990"),
        ({"date": "2999-01-01"}, "date in the future"),
        ({"customer": "x" * 61}, "customer of 61 characters: at most 60"),
        ({"country": "Narnia"}, "unknown country"),
        ({"country": "Unspecified"}, "unknown country"),
        ({"country": ""}, "no country"),
    ],
)
def test_a_row_that_cannot_be_taken_is_left_out_with_its_number_and_reason(bring_in, changes, reason):
    row = GOOD | changes
    cells = ",".join(f'"{cell}"' for cell in row.values())
    out, report = bring_in(f"8,A1,Robot,1,2019-12-30,5,1,France\n{cells}\n")
    assert left_out(report) == [(3, row["order"].strip(), reason)]
    assert line_of(out, "taken")[:3] == ["1", "1", "5.00"]
    assert line_of(out, "left out")[:2] == ["1", "1"]
    assert "the sums agree" in out


class TestRowsLeftOut:
    def test_the_rest_of_their_document_is_taken(self, bring_in):
        text = "7,A1,Robot,2,2019-12-30,10,1,France\n7,B2,,1,2019-12-30,10,1,France\n"
        out, report = bring_in(text)
        assert left_out(report) == [(3, "7", "no description")]
        assert Order.objects.get().total_excl_tax == 20
        assert line_of(out, "left out") == ["0", "1", "10.00", "0.00"]

    def test_a_row_of_another_customer_is_not_the_document_s(self, bring_in):
        text = "7,A1,Robot,2,2019-12-30,10,1,France\n7,A1,Robot,1,2019-12-30,10,2,France\n"
        _, report = bring_in(text)
        assert left_out(report) == [(3, "7", "another customer or country than the document's first row")]

    def test_a_row_with_too_few_columns(self, bring_in):
        _, report = bring_in("7,A1,Robot,2,2019-12-30,10,1\n\n8,A1,Robot,2,2019-12-30,10,1,France\n")
        assert left_out(report) == [(2, "7", "7 columns where the header has 8")]
        assert Order.objects.get().number == "8"

    def test_a_document_whose_number_is_another_order_s(self, bring_in):
        mug = ProductFactory(stock=(1, "1.00"))
        order_to_cash.place(sale(sale_line(mug), number="7"), on=MONDAY)
        out, report = bring_in("7,A1,Robot,1,2019-12-30,10,1,France\n7,B2,Kite,1,2019-12-30,10,1,France\n")
        reason = "There is already an order with number 7."
        assert left_out(report) == [(2, "7", reason), (3, "7", reason)]
        assert not Product.objects.filter(upc="A1").exists()
        assert line_of(out, "left out") == ["1", "2", "20.00", "0.00"]

    def test_a_document_older_than_the_last_invoice_of_its_year(self, bring_in):
        bring_in("7,A1,Robot,1,2019-12-30,10,1,France\n")
        _, report = bring_in("6,A1,Robot,1,2019-12-29,10,1,France\n5,A1,Robot,1,2018-12-29,10,1,France\n")
        reason = "dated 2019-12-29, but invoices up to 2019-12-30 have their numbers already"
        assert left_out(report) == [(2, "6", reason)]
        assert Order.objects.count() == 2
        assert is_sound()

    def test_a_document_that_says_something_else_than_when_it_was_imported(self, bring_in):
        bring_in("7,A1,Robot,1,2019-12-30,10,1,France\n")
        _, report = bring_in("7,A1,Robot,2,2019-12-30,10,1,France\n")
        reason = "imported before with 10.00 in 1 row(s), now it is 20.00 in 1"
        assert left_out(report) == [(2, "7", reason)]
        assert Order.objects.get().total_excl_tax == 10
