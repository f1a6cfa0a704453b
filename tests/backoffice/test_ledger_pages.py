"""The books' reports on screen and as files: the same figures, each with its way to what is behind it."""

import csv
import io
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.db import transaction

from accounting.ledger import post, reverse
from accounting.models import Account, JournalEntry, JournalLine
from accounting.numbering import next_place
from accounting.reports import trial_balance
from accounting.statements import BalanceSheet
from erp.backoffice import behind
from erp.backoffice.sheets.pages import url_of
from erp.backoffice.sheets.sheet import plain
from erp.reporting import gaps
from tests.accounting.scenes import transfer
from tests.backoffice.desk import page_url, words

pytestmark = pytest.mark.django_db

OF_THE_SALE = JournalEntry.objects.exclude(source_key__startswith="opening:")
MARCH = {"start": "2026-03-01", "end": "2026-03-31"}


def shown(client, slug, **asked):
    """Return the rows of a report's first sheet, as lists of values."""
    page = client.get(url_of(slug, **(MARCH | asked)))
    assert page.status_code == 200, slug
    return [[plain(cell) for cell in row.cells] for row in page.context["sheets"][0]["sheet"].rows]


def urls(client, slug, **asked):
    """Return the addresses to which a report's rows lead, by the text of their second cell."""
    page = client.get(url_of(slug, **(MARCH | asked)))
    rows = page.context["sheets"][0]["sheet"].rows
    return {plain(row.cells[1]): [getattr(cell, "url", None) for cell in row.cells] for row in rows}


def downloaded(client, slug, kind, **asked):
    response = client.get(url_of(slug, **(MARCH | asked)).replace("/?", f".{kind}?"))
    return b"".join(response.streaming_content)


def named(rows):
    return {row[1]: row[2:] for row in rows}


class TestTheTrialBalance:
    def test_leads_from_each_figure_to_the_accounts_lines_of_those_days(self, office, finished):
        rows = named(shown(office, "trial-balance"))
        found = urls(office, "trial-balance")
        for row in trial_balance(date(2026, 3, 1), date(2026, 3, 31)):
            assert rows[row.account.name][2:4] == [row.debit, row.credit]
            [url] = set(found[row.account.name]) - {None}
            lines = office.get(url).context["sheets"][0]["sheet"].rows
            assert [plain(cell) for cell in lines[-1].cells][-3:] == [row.debit, row.credit, row.closing]
        assert rows["Total"][2] == rows["Total"][3] > 0
        assert "Income and expenses run on through the years" in words(office.get(url_of("trial-balance")))

    def test_is_narrowed_to_a_kind_a_heading_or_what_moved(self, office, finished):
        Account.objects.filter(role="REVENUE").update(group="Trade")
        assert set(named(shown(office, "trial-balance", group="Trade"))) == {"Sales revenue", "Total"}
        kinds = set(named(shown(office, "trial-balance", kind="liability")))
        assert "VAT payable" in kinds
        assert "Bank" not in kinds
        later = {"start": "2027-01-01", "end": "2027-01-31"}
        assert len(shown(office, "trial-balance", **later)) > 3
        assert shown(office, "trial-balance", moved="on", **later) == []

    def test_stands_beside_an_earlier_day(self, office, finished):
        days = {"start": "2026-04-01", "end": "2026-04-30", "compare": "before"}
        row = named(shown(office, "trial-balance", **days))["Sales revenue"]
        assert row[-2:] == [-row[1], 0]
        assert "Balance 31 Mar 2026" in words(office.get(url_of("trial-balance", **days)))


class TestTheGeneralLedger:
    def test_says_of_each_line_its_entry_document_order_customer_and_balance(self, office, finished):
        rows = shown(office, "general-ledger", account="1200")
        assert (rows[0][5], rows[0][-1]) == ("Opening balance", 0)
        day, entry, document, order, customer, _, debit, credit, balance = rows[1]
        assert (str(entry), document, order, customer) == (
            "SALES-2026-000001",
            "INV-2026-000001",
            finished.number,
            "Ada Lovelace",
        )
        assert (debit, credit, balance) == (Decimal("297.50"), None, Decimal("297.50"))
        assert all(row[3] == finished.number for row in rows[1:-1])
        assert rows[-1][-1] == rows[-2][-1] == 0
        assert day.isoformat().startswith("2026-03")

    def test_can_be_of_one_customer(self, office, finished):
        every = shown(office, "general-ledger", account="1200")
        assert shown(office, "general-ledger", account="1200", party="lovelace") == every
        nobody = shown(office, "general-ledger", account="1200", party="somebody else")
        assert [row[5] for row in nobody] == ["Opening balance", "Closing balance"]
        assert nobody[-1][-3:] == [0, 0, 0]

    def test_is_turned_over_part_by_part_with_the_balance_running_on(self, office, finished, monkeypatch):
        monkeypatch.setattr("erp.backoffice.sheets.pages.AT_ONCE", 2)
        url = url_of("general-ledger", account="1200", **MARCH)
        rows = office.get(url).context["sheets"][0]["sheet"].rows
        pages = [office.get(f"{url}&page={number}") for number in range(1, (len(rows) + 3) // 2)]
        parts = [row for page in pages for row in page.context["sheets"][0]["part"]]
        assert [list(map(plain, row.cells)) for row in parts[: len(rows)]] == [
            list(map(plain, row.cells)) for row in rows
        ]
        assert f"of {len(rows)}, part 1 of" in words(pages[0])

    def test_asks_as_often_for_two_hundred_lines_as_for_three(
        self, office, finished, django_assert_max_num_queries
    ):
        url = url_of("general-ledger", account="1200", **MARCH)
        office.get(url)
        with django_assert_max_num_queries(32):
            office.get(url)


class TestTheJournal:
    def test_holds_each_line_of_the_days_and_marks_what_came_late(self, office, finished):
        rows = shown(office, "journal")
        assert len(rows) == JournalLine.objects.count()
        assert sum(row[-2] or 0 for row in rows) == sum(row[-1] or 0 for row in rows) > 0
        assert {row[1] for row in rows} == {None}
        with transaction.atomic():
            late = post(replace(transfer("late:1"), late_for=date(2026, 2, 27)))
        marked = [row for row in shown(office, "journal") if row[1]]
        assert [(str(row[2]), row[1]) for row in marked] == [(str(late), date(2026, 2, 27))] * 2
        assert "Late for" in words(office.get(page_url(late)))
        sales = shown(office, "journal", journal="SALES")
        assert {str(row[2]).partition("-")[0] for row in sales} == {"SALES"}
        assert 0 < len(sales) < len(rows)


class TestProfitAndLoss:
    def test_leads_from_a_figure_to_its_lines_and_from_there_to_the_order(self, office, finished):
        url = urls(office, "profit-and-loss")["Sales revenue"][2]
        page = office.get(url)
        assert f'href="{page_url(finished)}"' in words(page)
        entry = JournalEntry.objects.get(source_key__startswith="delivery:")
        assert f'href="{page_url(entry)}"' in words(page)
        assert f'href="{page_url(finished)}"' in words(office.get(page_url(entry)))

    def test_shows_gross_profit_and_result_beside_the_year_before(self, office, finished):
        rows = named(shown(office, "profit-and-loss", compare="year"))
        assert rows["Gross profit"][0] == rows["Result"][0] > 0
        assert rows["Gross profit"][1:] == [0, rows["Gross profit"][0]]


class TestTheBalanceSheet:
    def test_balances_and_leads_to_what_was_earned(self, office, finished):
        rows = named(shown(office, "balance-sheet", on="2026-03-31", compare="year"))
        result = named(shown(office, "profit-and-loss", start="2026-01-01"))["Result"][0]
        assert rows["Total assets"] == rows["Total liabilities and equity"]
        assert rows["Result of the year up to the day"][0] == result > 0
        page = office.get(url_of("balance-sheet", on="2026-03-31"))
        assert "errornote" not in words(page)
        assert url_of("profit-and-loss", start="2026-01-01", end="2026-03-31").replace("&", "&amp;") in words(
            page
        )

    def test_says_aloud_when_it_does_not_balance(self, office, finished, monkeypatch):
        monkeypatch.setattr(BalanceSheet, "difference", Decimal("0.01"))
        page = words(office.get(url_of("balance-sheet", on="2026-03-31")))
        assert "On 31 Mar 2026 it does not balance: +0.01 more is there than belongs to anybody." in page


class TestNumberGaps:
    def test_nothing_is_missing_after_a_sale(self, office, finished):
        rows = shown(office, "number-gaps")
        assert {row[0] for row in rows} >= {"SALES", "CASH", "STOCK", "INV", "CN"}
        assert all(row[3] == 1 and row[4] == row[5] == row[6] and row[7] == row[9] == 0 for row in rows)
        assert "errornote" not in words(office.get(url_of("number-gaps")))

    def test_what_a_counter_counted_and_nobody_has_is_named(self, office, finished):
        with transaction.atomic():
            for _ in range(3):
                next_place("INV", date(2026, 3, 31), seal="0" * 64)
        rows = {row[0]: row for row in shown(office, "number-gaps")}
        assert rows["INV"][7:9] == [3, "INV-2026-000002 to INV-2026-000004"]
        assert "INV-2026." in words(office.get(url_of("number-gaps")))
        assert shown(office, "number-gaps", year=2025) == []

    @pytest.mark.once
    @pytest.mark.parametrize(
        ("numbers", "counter", "expected"),
        [
            ([1, 2, 3], 3, []),
            ([2, 3, 7], 9, [range(1, 2), range(4, 7), range(8, 10)]),
            ([], 2, [range(1, 3)]),
            ([], 0, []),
        ],
    )
    def test_gaps_are_found_at_the_beginning_between_and_at_the_end(self, numbers, counter, expected):
        found = gaps._series("INV", 2026, counter, numbers, 0)
        assert found.gaps == expected
        assert found.is_whole == (not expected)

    def test_a_number_beyond_the_counter_is_no_gap_but_not_right_either(self):
        assert not gaps._series("INV", 2026, 2, [1, 2, 3], 0).is_whole


class TestTheOrderBehindAnEntry:
    def test_is_found_for_all_that_a_sale_brings_and_for_its_reversal(self, office, finished):
        keys = set(OF_THE_SALE.values_list("source_key", flat=True))
        kinds = {key.partition(":")[0] for key in keys}
        assert kinds >= {"invoice", "delivery", "payment", "credit", "return"}
        assert behind.orders(keys) == dict.fromkeys(keys, finished)
        with transaction.atomic():
            posted = JournalEntry.objects.get(source_key__startswith="delivery:")
            reversal = reverse(posted, on=posted.date)
        assert behind.orders([reversal.source_key, "adjustment:x", "invoice:x"]) == {
            reversal.source_key: finished
        }
        page = words(office.get(page_url(reversal)))
        assert f'href="{page_url(posted)}"' in page
        assert f'href="{page_url(reversal)}"' in words(office.get(page_url(posted)))
        assert finished.number in page

    def test_leads_to_all_of_its_entries(self, office, finished):
        page = words(office.get(page_url(finished)))
        for entry in OF_THE_SALE.all():
            assert f'href="{page_url(entry)}"' in page, entry.source_key


@pytest.mark.once
class TestFiles:
    def test_hold_exactly_what_is_shown(self, office, finished):
        for slug in ("trial-balance", "profit-and-loss", "general-ledger", "journal", "balance-sheet"):
            asked = {"compare": "year", "on": "2026-03-31", "account": "1200"}
            page = office.get(url_of(slug, **(MARCH | asked))).context["sheets"][0]["sheet"]
            heads, *rows = csv.reader(io.StringIO(downloaded(office, slug, "csv", **asked).decode()))
            assert heads == list(page.columns)
            assert rows == [[written(cell) for cell in row.cells] for row in page.rows], slug

    def test_of_a_spreadsheet_hold_numbers_and_days(self, office, finished):
        content = downloaded(office, "general-ledger", "xlsx", account="1200")
        _, opening, first, *_ = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
        assert first[0].date().isoformat() == "2026-03-02"
        assert (first[6], first[7], first[8], opening[8]) == (297.5, None, 297.5, 0)

    def test_hold_no_formula_whatever_an_account_is_called(self, office, finished):
        Account.objects.filter(code="1200").update(name="=1+1")
        _, *rows = csv.reader(io.StringIO(downloaded(office, "trial-balance", "csv").decode()))
        assert "'=1+1" in {row[1] for row in rows}
        content = downloaded(office, "trial-balance", "xlsx")
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).active for cell in row]
        assert "'=1+1" in [cell.value for cell in cells]
        assert all(cell.data_type != "f" for cell in cells)

    @pytest.mark.parametrize(("kind", "otherwise"), [("PDF", "as CSV or XLSX"), ("XLSX", "as CSV")])
    def test_that_would_be_too_long_are_refused_with_another_way(
        self, office, finished, monkeypatch, kind, otherwise
    ):
        monkeypatch.setattr(f"erp.backoffice.sheets.files.{kind}_ROWS", 3)
        answer = office.get(url_of("journal", **MARCH).replace("/?", f".{kind.lower()}?"), follow=True)
        assert f"rows are more than such a file holds (3): take it {otherwise}." in words(answer)
        assert answer.redirect_chain[-1][0] == url_of("journal", **MARCH)

    def test_to_print_say_the_sums_and_repeat_their_heads_on_each_page(self, office, finished, tmp_path):
        text = printed(downloaded(office, "profit-and-loss", "pdf"), tmp_path)
        result = named(shown(office, "profit-and-loss"))["Result"][0]
        assert f"{result:,.2f}" in text
        assert "1 Mar 2026 to 31 Mar 2026" in text
        with transaction.atomic():
            for number in range(30):
                post(transfer(f"e:{number}"))
        pages = printed(downloaded(office, "journal", "pdf"), tmp_path).split("\f")[:-1]
        assert len(pages) > 2
        assert all("Document" in page and "Credit" in page for page in pages)


def written(cell):
    value = plain(cell)
    return "" if value is None else str(value)


def printed(content, folder):
    file = folder / "report.pdf"
    file.write_bytes(content)
    return subprocess.run(
        ["pdftotext", "-layout", file, "-"], capture_output=True, check=True, text=True
    ).stdout
