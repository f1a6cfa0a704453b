"""Files come in any usual encoding and delimiter, and some are damaged or mean harm: each is told so."""

import io
import random
import zipfile
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from erp.backoffice.intake import cells, reading
from erp.backoffice.intake.cells import BadCell
from erp.backoffice.intake.reading import Unreadable

KNOWN = {"sku", "title", "price"}
TEXT = "sku,title,price\nA-1,Größe,1.50\n"


def read(content):
    return reading.read(content, known=KNOWN.__contains__)


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(content, change, *, compression=zipfile.ZIP_DEFLATED):
    """Return a workbook whose parts were changed by a function of name and bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(stream, "w", compression) as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_any_usual_encoding_and_delimiter_is_recognised(encoding, mark):
    found = read(TEXT.replace(",", mark).replace("\n", "\r\n").encode(encoding))
    assert found.header == ["sku", "title", "price"]
    assert [(row.number, row.cells) for row in found.rows] == [(2, ["A-1", "Größe", "1.50"])]


def test_utf_16_with_the_big_end_first_has_its_mark_read():
    assert read(b"\xfe\xff" + TEXT.encode("utf-16-be")).rows[0].cells[1] == "Größe"


def test_excels_own_line_about_the_delimiter_is_no_row():
    found = read(b'sep=;\r\nSKU; Price \r\n\r\n"A;1";"2,50"\r\n')
    assert (found.header, found.rows[0].cells, found.rows[0].number) == (["sku", "price"], ["A;1", "2,50"], 4)


def test_a_workbook_is_read_as_people_see_it():
    found = read(workbook(["SKU", "Title", "Price"], [4711, "=1+1", 19.9], [None], ["B", True, 0.1 + 0.2]))
    assert [(row.number, row.cells) for row in found.rows] == [
        (2, ["4711", "=1+1", "19.9"]),
        (4, ["B", "yes", "0.3"]),
    ]


BOMB = repacked(workbook(["sku"], ["A"]), lambda name, part: b" " * 60_000_000 if "sheet1" in name else part)
PACKED = repacked(workbook(["sku"], ["A"]), lambda name, part: part + b" " * 9_000_000 * ("sheet1" in name))
ENTITIES = repacked(
    workbook(["sku"], ["A"]),
    lambda name, part: b'<!DOCTYPE x [<!ENTITY a "b">]>' + part if "sheet1" in name else part,
)
LATE = repacked(
    workbook(["sku"], ["A"]),
    lambda name, part: part.replace(b'r="2"', b'r="900000"') if "sheet1" in name else part,
)
BROKEN = {
    "nothing": (b"", "is empty"),
    "blank lines": (b"\n\n \n", "is empty"),
    "headings alone": (b"sku,price\n", "no rows below its headings"),
    "too large": (b"sku\n" + b"A\n" * 2_700_000, "larger than 5 MB"),
    "too many rows": (b"sku\n" + b"A\n" * 20_001, "more than 20,000 rows"),
    "too many columns": (
        b"sku," + b",".join(b"c%d" % n for n in range(200)) + b"\nA",
        "more than 200 columns",
    ),
    "two columns alike": (b"sku,price,Price\nA,1,2", "Two columns are called 'price'"),
    "a code of zero": (b"sku,price\nA\0,1", "characters of code 0"),
    "a missing quotation mark": (b'sku,price\n"A,1\nB,2', "Row 2 cannot be read"),
    "words after a quotation mark": (b'sku,price\n"A"x,1\n', "Row 2 cannot be read"),
    "a cell without end": (b"sku\n" + b"A" * 200_000, "Row 2 cannot be read"),
    "no encoding at all": (b"sku,title\nA,\x81\x8d", "neither UTF-8 nor UTF-16 nor cp1252"),
    "half of UTF-16": (TEXT.encode("utf-16")[:-1], "neither UTF-8"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old or locked Excel workbook"),
    "gzip": (b"\x1f\x8b" + b"x" * 100, "a gzip file"),
    "a zip that is no workbook": (repacked(b"PK\x05\x06" + b"\0" * 18, bytes), "is empty|damaged"),
    "half a workbook": (workbook(["sku"], ["A"])[:-300], "damaged"),
    "a workbook with a torn sheet": (
        repacked(workbook(["sku"], ["A"]), lambda name, part: part[:-40] if "sheet1" in name else part),
        "damaged",
    ),
    "a workbook that unpacks to 60 MB": (BOMB, "larger than 50 MB"),
    "a workbook that unpacks to many times its size": (PACKED, "times its size"),
    "a workbook with entities": (ENTITIES, "document type"),
    "a sheet whose rows go on for ever": (LATE, "goes on for too long"),
    "an empty workbook": (workbook(), "is empty"),
}


@pytest.mark.parametrize("damage", BROKEN)
def test_a_file_that_cannot_be_taken_is_refused_with_a_sentence(damage):
    content, why = BROKEN[damage]
    with pytest.raises(Unreadable, match=why) as refused:
        read(content)
    assert str(refused.value).endswith(".")


def test_whatever_is_thrown_at_it_is_read_or_refused():
    """Bytes that are cut, turned and repeated end in rows or in a sentence, never in anything else."""
    chance = random.Random(7)
    originals = [TEXT.encode(), TEXT.encode("utf-16"), workbook(["sku", "price"], ["A", 1.5])]
    for _ in range(150):
        content = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        with suppress(Unreadable):
            assert read(bytes(content[: chance.randint(1, len(content))])).rows


AMOUNTS = {
    "12": "12.00",
    "12.5": "12.50",
    "12,5": "12.50",
    "1.234,56": "1234.56",
    "1,234.56": "1234.56",
    "1 234,56 €": "1234.56",
    "EUR 1,234,567.80": "1234567.80",
    "-0,01": "-0.01",
    ".5": "0.50",
    "": "",
}
NO_AMOUNTS = {
    "0,125": "parts of a cent",
    "1.234": "could be 1234 or 1.234",
    "1,234": "could be 1234 or 1.234",
    "1.23.4": "is no number",
    "12e3": "is no number",
    "NaN": "is no number",
    "١٢": "is no number",
    "1000000000": "is more than",
}


@pytest.mark.parametrize("words", AMOUNTS)
def test_an_amount_is_read_with_point_or_comma_and_never_guessed(words):
    assert cells.amount(words) == AMOUNTS[words]


@pytest.mark.parametrize("words", NO_AMOUNTS)
def test_what_is_no_amount_is_told_why(words):
    with pytest.raises(BadCell, match=NO_AMOUNTS[words]):
        cells.amount(words)


@settings(max_examples=60, deadline=None)
@given(st.decimals(min_value=0, max_value=99_999_999, places=2), st.sampled_from(",."))
def test_an_amount_is_the_same_however_it_is_grouped(amount, mark):
    group = "." if mark == "," else ","
    words = f"{amount:,.2f}".translate({ord(","): group, ord("."): mark})
    assert Decimal(cells.amount(words)) == amount
    assert cells.amount(cells.amount(words)) == cells.amount(words)


def test_what_was_made_harmless_on_its_way_out_comes_in_as_it_was():
    column = cells.Column("title", cells.text(50))
    assert [cells.meaning(column, words) for words in ("'=1+1", "'-5", "'plain", "+49 30")] == [
        "=1+1",
        "-5",
        "'plain",
        "+49 30",
    ]
    with pytest.raises(BadCell, match="a formula"):
        cells.meaning(column, "=1+1")
    assert load_workbook(io.BytesIO(workbook(["x"]))).active["A1"].value == "x"
