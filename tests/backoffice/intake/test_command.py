"""`manage.py import_data` is the same import for scripts."""

import csv

import pytest
from django.core.management import CommandError, call_command

from accounting.money import money
from erp.backoffice.models import DataImport

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    def write(text, name="list.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def price(product):
    return product.stockrecords.get().price


def test_a_dry_run_says_what_would_change_and_writes_nothing(file, lamp, bowl, capsys):
    call_command("import_data", "prices", file("sku,price\nLAMP,99.00\nBOWL,59.50\n"), "--dry-run")
    assert "0 new, 1 changed, 1 as they are, 0 refused" in capsys.readouterr().out
    assert (price(lamp), DataImport.objects.count()) == (money("119.00"), 0)


def test_a_refused_row_stops_all_and_is_in_the_report(file, lamp, bowl, tmp_path):
    report = tmp_path / "report.csv"
    path = file("sku,price\nLAMP,99.00\nBOWL,-1\nNONE,1\n")
    for option in (["--dry-run"], []):
        with pytest.raises(CommandError, match="2 refusals"):
            call_command("import_data", "prices", path, *option, "--report", report)
        assert list(csv.reader(report.open())) == [
            ["row", "column", "value", "reason"],
            ["3", "price", "'-1", "is less than nothing"],
            ["4", "sku", "NONE", "is not known here"],
        ]
        assert price(lamp) == money("119.00")
    with pytest.raises(CommandError):
        call_command("import_data", "prices", path, "--good-rows")
    assert price(lamp) == money("99.00")


def test_a_file_that_cannot_be_read_is_in_the_report_too(file, tmp_path):
    report = tmp_path / "report.csv"
    with pytest.raises(CommandError, match="1 refusal"):
        call_command("import_data", "stock", file("sku,price\nA,1\n"), "--report", report)
    assert list(csv.reader(report.open()))[1][:2] == ["1", "quantity"]
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_data", "stock", tmp_path / "absent.csv")


def test_the_same_file_again_changes_nothing_or_has_to_be_meant(file, lamp, capsys):
    path = file("sku,price\nLAMP,99.00\n")
    call_command("import_data", "prices", path)
    call_command("import_data", "prices", path)
    assert "0 changed, 1 as they are" in capsys.readouterr().out
    call_command("import_data", "prices", file("sku,price\nLAMP,98.00\n", "other.csv"))
    with pytest.raises(CommandError, match="imported already"):
        call_command("import_data", "prices", path)
    assert price(lamp) == money("98.00")
    call_command("import_data", "prices", path, "--again")
    assert price(lamp) == money("99.00")


def test_opening_balances_that_do_not_balance_end_with_one(file, tmp_path):
    report = tmp_path / "report.csv"
    path = file("account,debit,credit\n1000,10.00,\n3000,,9.00\n")
    with pytest.raises(CommandError):
        call_command("import_data", "opening", path, "--report", report)
    assert list(csv.reader(report.open()))[1] == [
        "",
        "debit",
        "10.00",
        "debits are 10.00, credits 9.00: they differ by 1.00",
    ]
