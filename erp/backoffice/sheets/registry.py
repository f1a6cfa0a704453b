"""All reports, in the order in which they are listed, under their headings."""

from .abroad import EC_SALES_DOCUMENTS, EC_SALES_LIST, VAT_THRESHOLD
from .aged import AGED_PAYABLES, AGED_RECEIVABLES
from .balance_sheet import BALANCE_SHEET
from .explained import CLEARING
from .general_ledger import GENERAL_LEDGER
from .gross_profit import GROSS_PROFIT
from .journal import JOURNAL
from .number_gaps import NUMBER_GAPS
from .oss import OSS
from .profit_and_loss import PROFIT_AND_LOSS
from .sheet import Report
from .stock_value import STOCK_VALUE
from .trial_balance import TRIAL_BALANCE
from .vat_papers import OSS_DOCUMENTS, VAT_DOCUMENTS
from .vat_return import VAT_RETURN

SECTIONS: dict[str, tuple[Report, ...]] = {
    "Statements": (
        PROFIT_AND_LOSS,
        BALANCE_SHEET,
        GROSS_PROFIT,
    ),
    "Books": (
        TRIAL_BALANCE,
        GENERAL_LEDGER,
        JOURNAL,
        NUMBER_GAPS,
        CLEARING,
    ),
    "Customers and suppliers": (AGED_RECEIVABLES, AGED_PAYABLES),
    "Stock": (STOCK_VALUE,),
    "VAT": (
        VAT_RETURN,
        OSS,
        EC_SALES_LIST,
        VAT_THRESHOLD,
    ),
}
# What the figures of others lead to: of no use without them.
BEHIND = (VAT_DOCUMENTS, OSS_DOCUMENTS, EC_SALES_DOCUMENTS)

REPORTS = {report.slug: report for reports in (*SECTIONS.values(), BEHIND) for report in reports}
