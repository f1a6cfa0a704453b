"""CSV as banks write it, read by a mapping: encodings, amounts, days, columns, balances."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erp.banking.models import CsvMapping
from erp.banking.reading import mapped, words
from erp.banking.reading.mapped import Balances
from erp.banking.reading.words import Unreadable

from .papers import IBAN

pytestmark = pytest.mark.once

TYPED = Balances(Decimal("100.00"), Decimal("110.00"))
GERMAN = """Kontoauszug;;;
Buchung;Betrag;Empfänger;Zweck
04.03.2026;1.234,50;Jörg Müller;Rechnung
05.03.2026;-1.224,50;Miete;März
"""


def mapping(**changes):
    plain = {
        "name": "Bank",
        "skip_lines": 1,
        "booked_on": "Buchung",
        "amount": "Betrag",
        "party": "Empfänger",
        "text": "Zweck",
    }
    return CsvMapping(**(plain | changes))


def read(content, chosen=None, balances=TYPED, encoding="utf-8"):
    content = content if isinstance(content, bytes) else content.encode(encoding)
    [statement] = mapped.read(content, chosen or mapping(), balances, iban=IBAN, currency="EUR")
    return statement


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings_are_recognised(encoding):
    statement = read(GERMAN, encoding=encoding)
    assert [(line.booked_on, line.amount, line.name, line.text) for line in statement.lines] == [
        (date(2026, 3, 4), Decimal("1234.50"), "Jörg Müller", "Rechnung"),
        (date(2026, 3, 5), Decimal("-1224.50"), "Miete", "März"),
    ]
    assert (statement.starts_on, statement.ends_on) == (date(2026, 3, 4), date(2026, 3, 5))


@pytest.mark.parametrize(
    ("written", "said", "sentence"),
    [
        ("cp1252", "utf-8", "not written in utf-8"),
        ("utf-8", "cp1252", "written in UTF-8, not in cp1252"),
        ("utf-16", "utf-8", "marked as UTF-16"),
        ("utf-8-sig", "cp1252", "marked as UTF-8"),
        ("utf-16-le", "auto", "UTF-16 without its mark"),
    ],
)
def test_a_wrong_encoding_is_refused_in_a_sentence(written, said, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read(GERMAN, mapping(encoding=said), encoding=written)


def test_columns_are_named_by_number_too():
    statement = read(GERMAN, mapping(booked_on="1", amount="2", party="3", text="4+3"))
    assert [line.text for line in statement.lines] == ["Rechnung Jörg Müller", "März Miete"]


def test_debit_and_credit_may_have_a_column_each():
    content = "Day,Out,In\n2026-03-04,,10.00\n2026-03-05,3.00,\n2026-03-06,0.00,3.00\n"
    chosen = mapping(
        skip_lines=0,
        delimiter=",",
        decimal_mark=".",
        date_format="%Y-%m-%d",
        booked_on="Day",
        amount="",
        debit="Out",
        credit="In",
        party="",
        text="",
    )
    assert [str(line.amount) for line in read(content, chosen).lines] == ["10.00", "-3.00", "3.00"]
    with pytest.raises(Unreadable, match="Row 2: Money both comes in and goes out"):
        read(content.replace(",,10.00", ",1.00,10.00"), chosen)


def test_a_column_may_hold_the_sign():
    content = "x\nBuchung;Betrag;S/H;Empfänger;Zweck\n04.03.2026;10,00;H;;\n05.03.2026;3,00;S;;\n"
    chosen = mapping(sign="S/H", going_out="S")
    assert [str(line.amount) for line in read(content, chosen).lines] == ["10.00", "-3.00"]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("second_day", ["05.03.2026", "04.03.2026"])
def test_balances_are_read_where_there_is_a_column(newest_first, second_day):
    rows = ["04.03.2026;10,00;;;110,00", f"{second_day};-4,00;;;106,00"]
    lines = rows[::-1] if newest_first else rows
    content = "\n".join(["x", "Buchung;Betrag;Empfänger;Zweck;Saldo", *lines])
    statement = read(content, mapping(balance="Saldo"), Balances())
    assert (statement.opening, statement.closing) == (Decimal("100.00"), Decimal("106.00"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("1.234,50", "1.234,505"), "Row 3: '1.234,505' has more than two decimals"),
        (("1.234,50", "1,234.50"), "Row 3: '1,234.50' is no amount"),
        (("1.234,50", "12.34"), "Row 3: '12.34' is no amount"),
        (("1.234,50", "much"), "Row 3: 'much' is no amount"),
        (("1.234,50", ""), "Row 3: '' is no amount"),
        (("1.234,50", "9" * 40), "Row 3: '9+' is no amount"),
        (("04.03.2026", "03/04/2026"), "Row 3: '03/04/2026' is no date such as 31.12.2026"),
        (("Zweck", "Text"), "no column 'Zweck'. Its headings are 'Buchung', 'Betrag'"),
        (("Miete", '"Miete'), "cut off, or a quotation mark"),
        ((GERMAN[GERMAN.index("04.03") :], ""), "no lines below its headings"),
        ((GERMAN, "one line\n"), "ends before its headings"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_row(change, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read(GERMAN.replace(*change))


def test_balances_are_asked_for_where_the_file_has_none():
    with pytest.raises(Unreadable, match="Type the opening and the closing balance"):
        read(GERMAN, balances=Balances())


def test_a_file_of_two_accounts_or_currencies_is_refused():
    content = "x\nBuchung;Betrag;Empfänger;Zweck\n04.03.2026;1,00;A;EUR\n04.03.2026;1,00;B;CHF\n"
    with pytest.raises(Unreadable, match="several accounts: A, B"):
        read(content, mapping(own_iban="Empfänger"))
    with pytest.raises(Unreadable, match="several currencies: CHF, EUR"):
        read(content, mapping(currency="Zweck"))


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("1.234,56", ",", "1234.56"),
        ("1,234.56", ".", "1234.56"),
        ("1 234,56", ",", "1234.56"),
        ("1'234.56", ".", "1234.56"),
        ("12,5", ",", "12.50"),
        ("3,00-", ",", "-3.00"),
        ("+3,00", ",", "3.00"),
        ("\u22123,00", ",", "-3.00"),
        ("1.234.567", ",", "1234567.00"),
    ],
)
def test_amounts_are_read_as_people_write_them(text, mark, amount):
    assert str(words.amount(text, mark)) == amount


def said(amount, mark):
    text = f"{amount:,.2f}"
    return text.translate(str.maketrans(",.", ".,")) if mark == "," else text


cents = st.integers(-(10**12), 10**12).filter(bool).map(lambda number: Decimal(number).scaleb(-2))
texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)
days = st.dates(date(2026, 1, 1), date(2026, 3, 9))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(days, cents, texts), min_size=1, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([",", "."]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%Y%m%d", "%d/%m/%Y"]),
)
def test_whatever_is_written_by_a_mapping_is_read_by_it(rows, delimiter, mark, encoding, date_format):
    rows = sorted(rows, key=lambda row: row[0])
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(["Day", "Amount", "Text"])
    writer.writerows((day.strftime(date_format), said(amount, mark), text) for day, amount, text in rows)
    chosen = CsvMapping(
        delimiter=delimiter,
        encoding="auto",
        decimal_mark=mark,
        date_format=date_format,
        booked_on="Day",
        amount="Amount",
        text="Text",
    )

    statement = read(file.getvalue(), chosen, encoding=encoding)

    assert [(line.booked_on, line.amount, line.text) for line in statement.lines] == rows
