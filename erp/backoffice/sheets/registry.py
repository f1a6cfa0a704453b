"""All reports, in the order in which they are listed, under their headings."""

from .aged import AGED_PAYABLES, AGED_RECEIVABLES
from .sheet import Report
from .trial_balance import TRIAL_BALANCE

SECTIONS: dict[str, tuple[Report, ...]] = {
    "Books": (TRIAL_BALANCE,),
    "Customers and suppliers": (AGED_RECEIVABLES, AGED_PAYABLES),
}

REPORTS = {report.slug: report for reports in SECTIONS.values() for report in reports}
