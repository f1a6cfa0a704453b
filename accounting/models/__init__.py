"""The rows of the books. `ledger`, `periods`, `drafts` and their like write them, nobody else."""

from .accounts import Account, Party, TaxCode
from .calendar import FiscalYear, NumberSeries, Period, PeriodChange
from .drafts import Attachment, DraftLine, EntryDraft
from .exported import ExportRecord
from .journal import Journal, JournalEntry, JournalLine, JournalSequence, entry_no
from .settlement import Allocation, BalanceSnapshot, DayTurnover, MonthTurnover, OpenItem

__all__ = [
    "Account",
    "Allocation",
    "Attachment",
    "BalanceSnapshot",
    "DayTurnover",
    "DraftLine",
    "EntryDraft",
    "ExportRecord",
    "FiscalYear",
    "Journal",
    "JournalEntry",
    "JournalLine",
    "JournalSequence",
    "MonthTurnover",
    "NumberSeries",
    "OpenItem",
    "Party",
    "Period",
    "PeriodChange",
    "TaxCode",
    "entry_no",
]
