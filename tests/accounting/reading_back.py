"""Readers of our own for each file of the books: what it makes of every account, debits less credits.

They know the formats, not the code that writes them, and complain about whatever another program would.
"""

import csv
import io
import re
from decimal import Decimal
from zipfile import ZipFile

AMOUNT = re.compile(r"\d+,\d\d")


def files_of(made):
    """Return the files that were handed out by their names: a zip's members, or the one file."""
    with made.file as file:
        if made.name.endswith(".zip"):
            with ZipFile(file) as archive:
                assert archive.testzip() is None
                return {name: archive.read(name) for name in archive.namelist()}
        return {made.name: file.read()}


def added(found):
    balances = {}
    for account, amount in found:
        balances[account] = balances.get(account, Decimal(0)) + amount
    return {account: amount for account, amount in balances.items() if amount}


def gl(files):
    rows = csv.DictReader(io.StringIO(files["gl.csv"].decode(), newline=""))
    return added((row["account_code"], Decimal(row["debit"]) - Decimal(row["credit"])) for row in rows)


def comma(text):
    assert AMOUNT.fullmatch(text), text
    return Decimal(text.replace(",", "."))


def datev(files):
    """Return account balances; each row is an amount from one account to another."""
    return added(pair for content in files.values() for pair in _datev_pairs(content))


def _datev_pairs(content):
    text = content.decode("cp1252")
    assert text.count("\n") == text.count("\r\n")
    header, columns, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert header[:5] == ["EXTF", "700", "21", "Buchungsstapel", "13"]
    assert (len(header), len(columns), len(set(columns))) == (31, 125, 125)
    for row in rows:
        assert len(row) == 125
        amount, side, currency, account, contra = row[0], row[1], row[2], row[6], row[7]
        assert 0 < comma(amount) < 10**10
        assert (side, currency) == ("S", "EUR")
        assert header[14][4:] <= row[9][2:] + row[9][:2] <= header[15][4:]  # of the days of the batch
        assert len(row[10]) <= 36
        assert re.fullmatch(r"[A-Za-z0-9$&%*+/-]*", row[10])
        assert len(row[13]) <= 60
        yield account, comma(amount)
        yield contra, -comma(amount)


def fec(files):
    (content,) = files.values()
    return added((row["CompteNum"], comma(row["Debit"]) - comma(row["Credit"])) for row in fec_rows(content))


def fec_rows(content):
    head, *lines = content.decode("iso8859-15").split("\r\n")[:-1]
    columns = head.split("\t")
    assert len(columns) == 18
    for line in lines:
        row = dict(zip(columns, line.split("\t"), strict=True))
        needed = ("JournalCode", "EcritureNum", "CompteNum", "CompteLib", "PieceRef", "EcritureLib")
        assert all(row[name] for name in needed), row
        assert all(re.fullmatch(r"\d{8}", row[name]) for name in ("EcritureDate", "PieceDate", "ValidDate"))
        assert bool(row["CompAuxNum"]) >= bool(row["CompAuxLib"])
        yield row


def xero(files):
    """Return account balances. Xero makes a journal of the lines with one narration and date."""
    found, seen = [], set()
    for content in files.values():
        rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        assert len(rows) <= 300
        journals = added(((row["Narration"], row["Date"]), Decimal(row["Amount"])) for row in rows)
        assert journals == {}, "each of them balances, in its file alone"
        of_this_file = {row["Narration"] for row in rows}
        assert not of_this_file & seen
        seen |= of_this_file
        found += [(row["AccountCode"], Decimal(row["Amount"])) for row in rows]
    return added(found)


def quickbooks(files, codes):
    """Return account balances; it knows accounts by name, so that their codes have to be looked up."""
    rows = list(csv.DictReader(io.StringIO(files["quickbooks.csv"].decode(), newline="")))
    amounts = [Decimal(row["Debits"] or 0) - Decimal(row["Credits"] or 0) for row in rows]
    assert all(bool(row["Debits"]) != bool(row["Credits"]) for row in rows)
    assert added(zip((row["Journal No."] for row in rows), amounts, strict=True)) == {}
    return added((codes[row["Account Name"]], amount) for row, amount in zip(rows, amounts, strict=True))
