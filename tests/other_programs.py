"""Programs of others that read our exports: each answers with its own balance of every account."""

import csv
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from accounting.exports import Asked, make
from accounting.reports import trial_balance


def agree_with_the_books(folder):
    """Let each program that is here check the exported books: its balances are our trial balance."""
    ours = {row.account.code: row.closing for row in trial_balance() if row.closing}
    assert ours, "the books are empty"
    for program in (hledger, ledger, beancount):
        assert program(folder) == ours, program.__name__
    return True


def exported(name, folder, start=None, end=None):
    """Write an export into a folder as the command does; return the file."""
    made = make(name, Asked(start, end))
    path = folder / made.name
    with made.file:
        path.write_bytes(made.file.read())
    return path


def run(program, *arguments):
    """Return what a program prints. Skips where it is not installed, fails where it complains."""
    found = shutil.which(program) or shutil.which(program, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{program} is not installed.")
    told = subprocess.run(
        [found, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    assert told.returncode == 0, told.stderr or told.stdout
    return told.stdout


def hledger(folder, start=None, end=None):
    path = exported("hledger", folder, start, end)
    run("hledger", "-f", path, "check", "-s")
    said = run("hledger", "-f", path, "balance", "--flat", "-N", "-E", "-O", "csv")
    return balances(list(csv.reader(said.splitlines()))[1:])


def ledger(folder, start=None, end=None):
    path = exported("hledger", folder, start, end)
    row = "%(account)|%(quantity(scrub(total)))\n"
    said = run("ledger", "-f", path, "balance", "--flat", "--no-total", "--empty", "--format", row)
    return balances(line.split("|") for line in said.splitlines())


def beancount(folder, start=None, end=None):
    path = exported("beancount", folder, start, end)
    run("bean-check", path)
    asked = "SELECT account, sum(number) AS total GROUP BY account"
    said = run("bean-query", "-f", "csv", path, asked)
    return balances(list(csv.reader(said.splitlines()))[1:])


def balances(rows):
    """Return what is not zero, by the account's code."""
    found = {name: Decimal(amount.removesuffix(" EUR")) for name, amount in rows}
    return {name.split(":")[1].split("-")[0]: amount for name, amount in found.items() if amount}
