"""Files for other programs, read back: every account has what our trial balance says, whatever is posted."""

import csv
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounting.exports import Asked, NotForThisFormat, gl, make, quickbooks
from accounting.exports.cells import SIGNS
from accounting.exports.datev_columns import COLUMNS, EMPTY
from accounting.exports.gl import _write_lines
from accounting.ledger import Entry, credit, debit, post
from accounting.models import Account, JournalEntry, Party, Period
from accounting.money import ZERO, from_minor
from accounting.periods import lock
from accounting.reports import trial_balance

from . import reading_back
from .scenes import book, payment, sale, transfer
from .test_export_properties import days, events, post_all

NUMBERS = {"datev_consultant": "1001", "datev_client": "1", "siren": "123456789"}
NASTY = "Lamp \"Ä'\n\r\n\t; , | = 💡 * ! @ \u2028"
S5 = [f"{sign}1+1" for sign in SIGNS] + ["=HYPERLINK(1)", "\t=1", "\r\n@x", "＝＋1", "-5", "+49 30"]  # noqa: RUF001
YEAR = date(2026, 1, 1)


def files(name, start=None, end=None, **ways):
    return reading_back.files_of(make(name, Asked(start, end, **NUMBERS, **ways)))


def turnover(start=None, end=None):
    found = {row.account.code: row.debit - row.credit for row in trial_balance(start, end)}
    return {code: amount for code, amount in found.items() if amount}


def of_french_law(start, end):
    """Return closings whose profit and loss is that of the year alone; what was before is retained."""
    earlier = {row.account.code: row.opening for row in trial_balance(date(start.year, 1, 1), end)}
    found = {}
    for row in trial_balance(start, end):
        is_of_the_year = row.account.kind in ("income", "expense")
        before = earlier.get(row.account.code, ZERO) if is_of_the_year else ZERO
        for code, amount in ((row.account.code, row.closing - before), ("3000", before)):
            found[code] = found.get(code, ZERO) + amount
    return {code: amount for code, amount in found.items() if amount}


def read_back(name, found):
    if name == "quickbooks":
        return reading_back.quickbooks(
            found, {said: code for code, said in quickbooks.account_names().items()}
        )
    return getattr(reading_back, name)(found)


def agrees(name, start=None, end=None):
    expected = of_french_law(start, end) if name == "fec" else turnover(start, end)
    return read_back(name, files(name, start, end)) == expected


@pytest.fixture
def books(customer, vat):
    Account.objects.filter(role="BANK").update(name=f"Bank {NASTY}")
    Account.objects.filter(role="FEES").update(name="=SUM(A1:A9)")
    Account.objects.create(code="1001", name=f"Bank {NASTY}", kind="asset")
    book(transfer("x:1", on=date(2025, 6, 1), amount="1000000.00"))
    book(transfer("x:2", on=date(2025, 12, 31), amount="12.50", debited="FEES", credited="1001"))
    for number, name in enumerate((customer.name, "+49 30", f"-{NASTY}"), start=1):
        party = Party.objects.create(key=f"@{number}", name=name)
        on = date(2026, number, 3)
        sold = sale(party, key=f"=sale:{number}", on=on, vat=vat, net="100.10", tax="19.02")
        book(replace(sold, memo=NASTY, document_no="-1 \n=2ä"))
        book(payment(party, "60.00", key=f"payment:{number}", on=on))


@pytest.mark.parametrize("name", ["datev", "xero", "quickbooks", "fec"])
@pytest.mark.parametrize(
    ("start", "end"),
    [(YEAR, date(2026, 12, 31)), (date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 1, 4), date(2026, 3, 3))],
)
def test_a_file_read_back_is_the_trial_balance(books, name, start, end):
    assert agrees(name, start, end)


@pytest.mark.parametrize("name", ["gl", "datev", "xero", "quickbooks", "fec"])
def test_one_cent_that_is_changed_anywhere_is_found(books, name):
    start, end = date(2026, 3, 1), date(2026, 3, 31)
    ((file, content),) = files(name, start, end).items()
    expected = of_french_law(start, end) if name == "fec" else turnover(start, end)
    amounts = list(re.finditer(rb"(?<=[;,\t\n])-?\d+[.,]\d\d(?=[;,\t\r])", content))
    assert len(amounts) >= 3
    for found in amounts:
        last = found.end() - 1
        other = b"%d" % ((int(content[last : last + 1]) + 1) % 10)
        try:
            balances = read_back(name, {file: content[:last] + other + content[last + 1 :]})
        except AssertionError:
            continue  # The reader itself complains: an entry no longer balances.
        assert balances != expected, found


def test_datev_gets_a_file_a_month(books):
    found = files("datev", date(2025, 12, 1), date(2026, 2, 10))
    assert list(found) == [
        "EXTF_Buchungsstapel_20251201_20251231.csv",
        "EXTF_Buchungsstapel_20260101_20260131.csv",
        "EXTF_Buchungsstapel_20260201_20260210.csv",
    ]
    (only,) = files("datev", date(2026, 2, 1), date(2026, 2, 28))
    assert only == "EXTF_Buchungsstapel_20260201_20260228.csv"


def test_datevs_header_says_whose_books_they_are_and_of_which_days(books):
    with transaction.atomic():
        for period in Period.objects.filter(end__lte=date(2026, 2, 28)).order_by("start"):
            lock(period, by=None, reason="Declared")
    for day, locked in ((date(2026, 2, 28), "1"), (date(2026, 3, 31), "0")):
        (content,) = files("datev", day.replace(day=1), day).values()
        header = content.decode("cp1252").split("\r\n")[0].split(";")
        assert header[10:16] == ["1001", "1", "20260101", "4", f"{day:%Y%m}01", f"{day:%Y%m%d}"]
        assert re.fullmatch(r"\d{17}", header[5])
        assert header[20] == locked


def test_datev_has_125_columns_and_the_texts_among_them_are_quoted(books):
    assert len(COLUMNS) == len(EMPTY) == 125
    quoted = {name for name, cell in zip(COLUMNS, EMPTY, strict=True) if cell}
    assert {"WKZ Umsatz", "Belegfeld 1", "Buchungstext", "Beleginfo - Art 8", "Land"} <= quoted
    assert not quoted & {"Konto", "Belegdatum", "Beleglinks", "Festschreibung", "Steuersatz", "Fälligkeit"}


def test_datev_takes_no_account_of_letters_and_no_number_of_nobody(books):
    Account.objects.create(code="bar", name="Kasse", kind="asset")
    book(transfer("x:bar", debited="bar", credited="BANK"))
    with pytest.raises(NotForThisFormat, match="accounts of at most 4 digits: 'bar' of entry GENERAL-2026"):
        files("datev")
    for wrong in ("", "1000", "x", "\u0661\u0660\u0660\u0661", "10000000"):
        with pytest.raises(NotForThisFormat, match="DATEV needs its number of the consultant"):
            make("datev", Asked(**NUMBERS | {"datev_consultant": wrong}))


@override_settings(DATEV_AUTOMATIC_ACCOUNTS=["4000"])
def test_datev_is_told_not_to_tax_what_is_taxed_already(books):
    (content,) = files("datev", date(2026, 3, 1), date(2026, 3, 31)).values()
    rows = list(csv.reader(io.StringIO(content.decode("cp1252"), newline=""), delimiter=";"))[2:]
    assert {row[8]: row[7] for row in rows if "4000" in row[6:8]} == {"40": "4000"}
    assert all(row[8] == "" for row in rows if "4000" not in row[6:8])


def test_an_amount_too_large_for_datev_goes_in_parts(db):
    amount = Decimal("25000000000.01")
    book(transfer("x:1", on=YEAR, amount=amount))
    (content,) = files("datev").values()
    rows = list(csv.reader(io.StringIO(content.decode("cp1252"), newline=""), delimiter=";"))[2:]
    assert [row[0] for row in rows] == ["9999999999,99", "9999999999,99", "5000000000,03"]
    assert agrees("datev")


def test_an_entry_between_two_parties_on_one_account_is_paired_with_others_first(customer):
    other = Party.objects.create(key="user:8", name="Bo")
    lines = (
        debit("RECEIVABLE", Decimal("5.00"), party=other),
        credit("RECEIVABLE", Decimal("4.00"), party=customer),
        credit("BANK", Decimal("1.00")),
    )
    book(Entry(date=YEAR, source_key="moved:1", memo="Moved", lines=lines))
    (content,) = files("datev").values()
    rows = list(csv.reader(io.StringIO(content.decode("cp1252"), newline=""), delimiter=";"))[2:]
    assert [(row[0], row[6], row[7]) for row in rows] == [("1,00", "1200", "1000"), ("4,00", "1200", "1200")]


def test_a_fec_is_named_by_the_siren_and_begins_with_what_was_before(books):
    ((name, content),) = files("fec", YEAR, date(2026, 12, 31)).items()
    assert name == "123456789FEC20261231.txt"
    rows = list(reading_back.fec_rows(content))
    opening = {row["CompteNum"]: row["Debit"] for row in rows if row["JournalCode"] == "AN"}
    assert opening == {"1000": "1000000,00", "1001": "0,00", "3000": "12,50", "3900": "0,00"}
    assert {row["EcritureNum"] for row in rows if row["JournalCode"] == "AN"} == {"AN-2026-000001"}
    assert {row["CompAuxNum"] for row in rows if row["CompteNum"] == "1200"} == {"1", "2", "3"}
    numbers = [row["EcritureNum"] for row in rows if row["JournalCode"] == "GENERAL"]
    assert list(dict.fromkeys(numbers)) == [f"GENERAL-2026-{number:06d}" for number in range(1, 7)]


def test_a_fec_is_of_one_year(books):
    assert list(files("fec")) == ["123456789FEC20251231.txt", "123456789FEC20261231.txt"]
    with pytest.raises(NotForThisFormat, match="nine digits"):
        make("fec", Asked(siren="12345678"))


def test_xero_gets_at_most_300_lines_a_file_and_no_entry_in_two(customer):
    for number in range(101):
        book(sale(customer, key=f"sale:{number}"))
    found = files("xero")
    assert list(found) == ["xero_0001.csv", "xero_0002.csv"]
    assert [content.count(b"\r\n") - 1 for content in found.values()] == [300, 3]
    assert read_back("xero", found) == turnover()


def test_xero_takes_no_entry_of_more_lines_than_a_file(db):
    lines = [debit("BANK", Decimal("1.00"), due=YEAR + timedelta(days=number)) for number in range(300)]
    book(Entry(date=YEAR, source_key="x:1", memo="Many", lines=(*lines, credit("FEES", Decimal("300.00")))))
    with pytest.raises(NotForThisFormat, match="entry GENERAL-2026-000001 has 301"):
        files("xero")


def test_quickbooks_is_told_who_where_it_asks_and_two_accounts_of_a_name_stay_two(books):
    rows = list(csv.DictReader(io.StringIO(files("quickbooks")["quickbooks.csv"].decode(), newline="")))
    assert {row["Name"] for row in rows if row["Account Name"] == "Accounts receivable"} > {"49 30"}
    assert {row["Name"] for row in rows if row["Account Name"] != "Accounts receivable"} == {""}
    banks = {row["Account Name"] for row in rows if row["Account Name"].startswith("Bank")}
    assert len(banks) == 2
    assert any(name.endswith(" (1001)") for name in banks)


@pytest.mark.parametrize("name", ["gl", "trial-balance", "datev", "fec", "xero", "quickbooks"])
def test_no_text_in_any_file_is_a_formula(customer, name):
    for number, text in enumerate(S5):
        party = Party.objects.create(key=f"{text}{number}", name=text)
        entry = sale(party, key=f"{text}:{number}", on=YEAR)
        book(replace(entry, memo=text, document_no=text))
        Account.objects.filter(role="REVENUE").update(name=text)
        for content in files(name).values():
            encoding = {"datev": "cp1252", "fec": "iso8859-15"}.get(name, "utf-8")
            delimiter = {"datev": ";", "fec": "\t"}.get(name, ",")
            table = csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter)
            for cell in (cell for row in table for cell in row):
                assert re.fullmatch(r"-?\d+[.,]\d\d", cell) or not cell.startswith(tuple(SIGNS)), cell


def test_a_csv_for_people_may_have_a_mark_and_decimal_commas(books):
    marked = files("gl", bom=True)["gl.csv"]
    assert marked == b"\xef\xbb\xbf" + files("gl")["gl.csv"]
    with_commas = csv.DictReader(
        io.StringIO(files("gl", comma=True)["gl.csv"].decode(), newline=""), delimiter=";"
    )
    sums = reading_back.added(
        (row["account_code"], reading_back.comma(row["debit"]) - reading_back.comma(row["credit"]))
        for row in with_commas
    )
    assert sums == turnover()
    balance = files("trial-balance", comma=True)["trial_balance.csv"].decode()
    assert "1000000,00" in balance
    assert '"1000000' not in balance


def test_datev_and_fec_may_be_utf8(books):
    (datev,) = files("datev", date(2026, 3, 1), utf8=True).values()
    assert datev.startswith(b"\xef\xbb\xbf")
    assert "💡" in datev.decode("utf-8-sig")
    (fec,) = files("fec", YEAR, utf8=True).values()
    assert "💡" in fec.decode()


@pytest.mark.parametrize("comma", [False, True])
def test_postgresql_writes_the_general_ledger_as_python_does(books, comma):
    for number, text in enumerate([*S5, '"', "'", "\\.", "\\N", ",", ";", "a\rb", " x ", "\u00a0", ""]):
        party = Party.objects.create(key=f"{text}:{number}", name=text)
        sold = sale(party, key=f"{text}n:{number}", net="0.01", tax="12345678901.10")
        book(replace(sold, memo=text, document_no=text))
    for start, end in ((None, None), (YEAR, None), (None, date(2026, 1, 31)), (date(2027, 1, 1), None)):
        copied, written = io.StringIO(), io.StringIO()
        rows = gl.write(copied, start, end, comma=comma)
        assert _write_lines(written, start, end, comma) == rows
        head, _, lines = copied.getvalue().partition("\r\n")
        assert head.startswith("entry_no")
        assert lines == written.getvalue()
    if connection.vendor == "postgresql":
        JournalEntry.objects.order_by("-pk").first()  # the connection is as it was


accounts = st.sampled_from(["BANK", "FEES", "REVENUE", "EXPENSES", "OPENING_BALANCES", "INVENTORY"])
amounts = st.lists(
    st.tuples(accounts, st.integers(-(10**12), 10**12).filter(bool)),
    min_size=1,
    max_size=6,
    unique_by=lambda line: line[0],
)


class RandomLedgers(TestCase):
    @given(events)
    @settings(max_examples=15, deadline=None)
    def test_whatever_people_write_each_file_is_the_trial_balance(self, history):
        post_all(history)
        for name in ("gl", "datev", "xero", "quickbooks"):
            assert agrees(name), name
        years = {day.year for day, *_ in history}
        for year in years:
            assert agrees("fec", date(year, 1, 1), date(year, 12, 31))

    @given(st.lists(st.tuples(days, amounts), min_size=1, max_size=4))
    @settings(max_examples=25, deadline=None)
    def test_whatever_is_posted_each_file_is_the_trial_balance(self, history):
        post_all([(YEAR, Decimal("0.01"), "Ada", "", "")])
        for number, (on, found) in enumerate(history):
            self.post(number, on, found)
        for name in ("gl", "datev", "xero", "quickbooks"):
            assert agrees(name), name

    def post(self, number, on, found):
        """Post amounts on accounts, with a line that makes them balance."""
        rest = -sum(cents for _, cents in found)
        lines = [
            (debit if cents > 0 else credit)(role, from_minor(abs(cents)))
            for role, cents in [*found, ("ROUNDING", rest)]
            if cents
        ]
        if lines:
            with transaction.atomic():
                post(Entry(date=on, source_key=f"x:{number}", memo="Any", lines=tuple(lines)))
