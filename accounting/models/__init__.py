"""The rows of the books. `ledger`, `periods`, `numbering` and `chart` write them, nobody else."""

from .accounts import Account, Party, TaxCode
from .calendar import FiscalYear, NumberSeries, Period
from .journal import Journal, JournalEntry, JournalLine, JournalSequence, entry_no
from .settlement import Allocation, BalanceSnapshot, OpenItem

__all__ = [
    "Account",
    "Allocation",
    "BalanceSnapshot",
    "FiscalYear",
    "Journal",
    "JournalEntry",
    "JournalLine",
    "JournalSequence",
    "NumberSeries",
    "OpenItem",
    "Party",
    "Period",
    "TaxCode",
    "entry_no",
]
