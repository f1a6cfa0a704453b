"""What an attack on the books by raw SQL is: what is tried, how, and the words in which it is refused.

Braces are filled with tables, and with the keys of a sale of three lines, its payment, and what belongs to
them.
"""

from dataclasses import dataclass

from django.db import connection

TABLES = {
    "lines": "accounting_journalline",
    "entries": "accounting_journalentry",
    "counters": "accounting_journalsequence",
    "series": "accounting_numberseries",
    "items": "accounting_openitem",
    "allocations": "accounting_allocation",
    "periods": "accounting_period",
    "changes": "accounting_periodchange",
    "years": "accounting_fiscalyear",
    "balances": "accounting_balancesnapshot",
    "accounts": "accounting_account",
    "parties": "accounting_party",
    "tax_codes": "accounting_taxcode",
}


@dataclass(frozen=True)
class Attack:
    tries: str
    sql: str
    refused: str
    only: str = ""

    @property
    def is_known_here(self):
        return self.only in ("", connection.vendor)

    def statement(self, keys):
        return self.sql.format(**TABLES, **keys)
