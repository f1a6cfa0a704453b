"""Where goods lie, how many, what they are worth, for whom they are kept, and what moved them."""

from .stock import Backorder, Hold, PriceChange, StockLevel, StockMove, StockValue, Warehouse

__all__ = ["Backorder", "Hold", "PriceChange", "StockLevel", "StockMove", "StockValue", "Warehouse"]
