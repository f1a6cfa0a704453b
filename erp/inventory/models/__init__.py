"""Where goods lie, how many, what they are worth, for whom they are kept, and what moved them."""

from .corrections import Adjustment
from .counter_correction import CounterCorrection
from .counts import Count, Stocktake, StocktakeLine
from .stock import Backorder, Hold, PriceChange, StockLevel, StockMove, StockValue, Warehouse
from .transfers import Transfer, TransferLine

__all__ = [
    "Adjustment",
    "Backorder",
    "Count",
    "CounterCorrection",
    "Hold",
    "PriceChange",
    "StockLevel",
    "StockMove",
    "StockValue",
    "Stocktake",
    "StocktakeLine",
    "Transfer",
    "TransferLine",
    "Warehouse",
]
