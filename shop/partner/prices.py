"""What one piece costs, in the price mode of the sale. Sums are priced in `erp.sales.pricing` alone."""

from collections.abc import Callable
from decimal import Decimal
from functools import cached_property

from oscar.apps.partner.prices import Base

from accounting.models import TaxCode
from erp.sales.pricing import tax_on


class UnitPrice(Base):
    """A price whose tax is looked up only when somebody asks for it."""

    exists = True
    is_tax_known = True

    def __init__(self, amount: Decimal, *, currency: str, mode: str, find_code: Callable[[], TaxCode]):
        self.amount = amount
        self.currency = currency
        self.mode = mode
        self.find_code = find_code

    @cached_property
    def code(self) -> TaxCode:
        return self.find_code()

    @property
    def tax_code(self) -> str:
        return self.code.code

    @cached_property
    def tax(self) -> Decimal:
        return tax_on(self.amount, self.code.rate, prices=self.mode)

    @property
    def incl_tax(self) -> Decimal:
        return self.amount if self.mode == "gross" else self.amount + self.tax

    @property
    def excl_tax(self) -> Decimal:
        return self.amount if self.mode == "net" else self.amount - self.tax

    @property
    def effective_price(self) -> Decimal:
        """The price that offers reckon with: the one that is shown."""
        return self.amount
