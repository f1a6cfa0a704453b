"""What programs that know nothing of us make of the exported books."""

import csv
import io
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from accounting.exports import FORMATS
from accounting.exports.plain_text import account_name
from accounting.reports import trial_balance


def agree_with_the_books(folder):
    """Let each program that is here check the exported books; its balances are our trial balance."""
    ours = {}
    for row in trial_balance(None, None):
        if row.closing:
            ours[account_name(row.account.kind, row.account.code, row.account.name)] = row.closing
    assert ours, "the books are empty"
    journal = written(folder / "books.journal", "hledger")
    theirs = {
        "hledger": hledger(journal),
        "ledger": ledger(journal),
        "beancount": beancount(written(folder / "books.beancount", "beancount")),
    }
    for program, balances in theirs.items():
        assert {name: amount for name, amount in balances.items() if amount} == ours, program
    return True


def written(path, name):
    with path.open("w", encoding="utf-8") as stream:
        FORMATS[name](stream, None, None)
    return path


def hledger(journal):
    run("hledger", "-f", journal, "check", "-s")
    out = run("hledger", "-f", journal, "balance", "--flat", "-N", "-E", "-O", "csv")
    return {row["account"]: amount(row["balance"]) for row in csv.DictReader(io.StringIO(out))}


def ledger(journal):
    shape = "%(account)\t%(display_total)\n"
    out = run("ledger", "-f", journal, "balance", "--flat", "--no-total", "--format", shape)
    rows = (line.split("\t") for line in out.splitlines() if line)
    return {name: amount(balance) for name, balance in rows}


def beancount(journal):
    run("bean-check", journal)
    out = run("bean-query", "-f", "csv", journal, "SELECT account, sum(number) AS balance GROUP BY account")
    return {row["account"].strip(): amount(row["balance"]) for row in csv.DictReader(io.StringIO(out))}


def amount(text):
    words = text.replace("EUR", "").strip()
    return Decimal(words or 0)


def run(program, *arguments):
    """Run a program, found beside this Python or on the path; skip the test where it is not here."""
    beside = Path(sys.executable).with_name(program)
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run([found, *map(str, arguments)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
    return done.stdout
