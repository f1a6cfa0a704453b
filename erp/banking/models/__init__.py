"""What the bank and the providers say happened to money, and what of ours it stands for."""

from .mappings import CsvMapping
from .matches import BankMatch
from .payouts import Payout, PayoutExplanation, PayoutLine
from .statements import BankLine, BankStatement
from .transfers import RefundAccount, Transfer, TransferBatch

__all__ = [
    "BankLine",
    "BankMatch",
    "BankStatement",
    "CsvMapping",
    "Payout",
    "PayoutExplanation",
    "PayoutLine",
    "RefundAccount",
    "Transfer",
    "TransferBatch",
]
