"""All reports, in the order in which they are listed, under their headings."""

from .aged import AGED_PAYABLES, AGED_RECEIVABLES
from .balance_sheet import BALANCE_SHEET
from .general_ledger import GENERAL_LEDGER
from .journal import JOURNAL
from .number_gaps import NUMBER_GAPS
from .profit_and_loss import PROFIT_AND_LOSS
from .sheet import Report
from .trial_balance import TRIAL_BALANCE

SECTIONS: dict[str, tuple[Report, ...]] = {
    "Statements": (
        PROFIT_AND_LOSS,
        BALANCE_SHEET,
    ),
    "Books": (
        TRIAL_BALANCE,
        GENERAL_LEDGER,
        JOURNAL,
        NUMBER_GAPS,
    ),
    "Customers and suppliers": (AGED_RECEIVABLES, AGED_PAYABLES),
}

REPORTS = {report.slug: report for reports in SECTIONS.values() for report in reports}
