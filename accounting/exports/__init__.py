"""The books as files, written line by line: for people as CSV, for other programs as journals.

Each format is a function `write(stream, start, end)`; None means from the first day, up to the last.
"""

from . import beancount, gl, hledger, trial_balance

FORMATS = {
    "gl": gl.write,
    "trial-balance": trial_balance.write,
    "hledger": hledger.write,
    "beancount": beancount.write,
}
FILE_NAMES = {
    "gl": "gl.csv",
    "trial-balance": "trial_balance.csv",
    "hledger": "books.journal",
    "beancount": "books.beancount",
}

__all__ = ["FILE_NAMES", "FORMATS"]
