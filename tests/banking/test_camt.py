"""CAMT.053 as banks write it: what of it is read, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erp.banking.reading import camt as reader
from erp.banking.reading.words import LARGEST, Unreadable

from .papers import OTHER_IBAN, camt, entry, paid_in

pytestmark = pytest.mark.once


def only(content):
    [statement] = reader.read(content)
    return statement


@pytest.mark.parametrize("version", range(2, 14))
def test_every_version_is_read(version):
    row = entry("25.50", "For 26-ABCDEFGH", version=version, end_to_end="E2E-1", reference="B77")
    statement = only(camt(row, total="25.50", version=version))

    [line] = statement.lines
    assert (statement.opening, statement.closing) == (Decimal("1000.00"), Decimal("1025.50"))
    assert (statement.starts_on, statement.ends_on) == (date(2026, 3, 2), date(2026, 3, 6))
    assert (line.amount, line.booked_on, line.valued_on) == (Decimal("25.50"), *[date(2026, 3, 4)] * 2)
    assert (line.name, line.iban) == ("Ada Lovelace", OTHER_IBAN)
    assert (line.text, line.end_to_end, line.reference) == ("For 26-ABCDEFGH", "E2E-1", "B77")


def test_money_going_out_names_who_got_it():
    [line] = only(camt(entry("-7.00", "Refund", name="Grace"), total="-7.00")).lines
    assert (line.amount, line.name, line.is_reversal) == (Decimal("-7.00"), "Grace", False)


def test_a_reversal_says_so_and_keeps_its_direction():
    """A transfer of ours that came back is money in, and names whom we had paid."""
    [line] = only(camt(entry("7.00", "Refund", name="Grace", reversal=True), total="7.00")).lines
    assert (line.amount, line.name, line.is_reversal) == (Decimal("7.00"), "Grace", True)


def batch(*amounts, currency="EUR"):
    return "".join(
        f"""<TxDtls><Refs><EndToEndId>E{place}</EndToEndId></Refs><Amt Ccy="{currency}">{amount}</Amt>
        <CdtDbtInd>CRDT</CdtDbtInd><RmtInf><Ustrd>Part {place}</Ustrd></RmtInf></TxDtls>"""
        for place, amount in enumerate(amounts, start=1)
    )


def test_a_batch_is_a_line_for_each_payment():
    lines = only(camt(entry("30.00", details=batch("10.00", "20.00")), total="30.00")).lines
    assert [(line.amount, line.text, line.end_to_end) for line in lines] == [
        (Decimal("10.00"), "Part 1", "E1"),
        (Decimal("20.00"), "Part 2", "E2"),
    ]


@pytest.mark.parametrize(
    "details", [batch("10.00", "19.00"), batch("10.00", "20.00", currency="CHF")], ids=["sum", "currency"]
)
def test_a_batch_that_does_not_add_up_is_one_line_with_all_words(details):
    [line] = only(camt(entry("30.00", details=details), total="30.00")).lines
    assert (line.amount, line.text) == (Decimal("30.00"), "Part 1 Part 2")


def test_structured_references_stand_in_the_text():
    details = """<TxDtls><RmtInf><Strd><RfrdDocInf><Nb>INV-2026-000001</Nb></RfrdDocInf>
        <CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"""
    [line] = only(camt(entry("5.00", details=details), total="5.00")).lines
    assert line.text == "RF18539007547034 INV-2026-000001"


def test_what_is_only_announced_is_not_read():
    pending = entry("9.00", "Later").replace("BOOK", "PDNG")
    statement = only(camt(entry("1.00", "Now"), pending, total="1.00"))
    assert [line.text for line in statement.lines] == ["Now"]


def test_the_balance_of_the_day_before_opens_where_no_other_does():
    assert only(camt(entry("1.00"), total="1.00", balances=("PRCD", "CLBD"))).opening == Decimal("1000.00")


def test_several_statements_in_one_file_are_read_apart():
    content = paid_in(("1.00", "One")).decode()
    first = content[content.index("<Stmt>") : content.index("</BkToCstmrStmt>")]
    both = content.replace(first, first + first.replace("2026-10", "2026-11"))
    assert [statement.number for statement in reader.read(both.encode())] == ["2026-10", "2026-11"]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><Document>&d;</Document>"""
THIEF = (
    b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Document>&f;</Document>"""
)
GOOD = paid_in(("1.00", "One"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b"Date;Amount\n", "no XML"),
        (GOOD[:-40], "no XML"),
        (BOMB, "document type"),
        (THIEF, "document type"),
        (b"<Document/>", "no camt.053"),
        (GOOD.replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt"), "camt.052"),
        (b" " * (LARGEST + 1), "more than 8 MB"),
        (GOOD.replace(b">1.00<", b">1.001<"), "more than two decimals"),
        (GOOD.replace(b">1.00<", b">-1.00<"), "below zero"),
        (GOOD.replace(b">1.00<", b">NaN<"), "no amount"),
        (GOOD.replace(b">1.00<", b">1e2<"), "no amount"),
        (GOOD.replace(b">1.00<", b">" + b"9" * 30 + b"<"), "more money than there is"),
        (GOOD.replace(b"2026-03-04", b"2026-02-30"), "no date"),
        (GOOD.replace(b'Ccy="EUR">1.00', b'Ccy="USD">1.00'), "several currencies: EUR, USD"),
        (GOOD.replace(b"OPBD", b"XXXX"), "no opening balance"),
        (GOOD.replace(b"CLBD", b"XXXX"), "no closing balance"),
        (GOOD.replace(b"<BookgDt><Dt>2026-03-04</Dt></BookgDt>", b""), "no booking date"),
        (GOOD.replace(b"CRDT", b"LEFT"), "neither credit nor debit"),
    ],
)
def test_what_is_no_statement_is_refused_in_a_sentence(content, sentence):
    with pytest.raises(Unreadable, match=sentence):
        reader.read(content)


cents = st.integers(-(10**12), 10**12).filter(bool).map(lambda number: Decimal(number).scaleb(-2))
# What XML can hold, and a row keeps: no control characters, no double spaces.
words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cents, words), min_size=1, max_size=8), st.sampled_from([2, 8]))
def test_whatever_a_bank_writes_is_read_as_it_was_written(rows, version):
    total = sum(amount for amount, _ in rows)
    entries = [entry(str(amount), text, version=version) for amount, text in rows]

    statement = only(camt(*entries, total=total, version=version))

    assert [(line.amount, line.text) for line in statement.lines] == rows
    assert statement.opening + total == statement.closing
