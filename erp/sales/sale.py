"""A sale in plain words: what is to be sold to whom, before there is an order. Knows no database."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounting.money import ZERO


@dataclass(frozen=True, slots=True)
class Address:
    """Where to ship or to bill. `country` is the ISO code of two letters."""

    first_name: str
    last_name: str
    line1: str
    city: str
    postcode: str
    country: str
    line2: str = ""
    state: str = ""
    phone: str = ""
    company: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class SaleLine:
    """A quantity of a product at a price. Price and discount are in the sale's price mode.

    `discount` is taken off the whole line. `tax_code` is an accounting.models.TaxCode. When goods that
    were sold elsewhere come back, `cost_if_unknown` is what the whole line is taken to have cost.
    """

    product: Any
    quantity: int
    unit_price: Decimal
    tax_code: Any
    discount: Decimal = ZERO
    cost_if_unknown: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class SaleDiscount:
    """What an offer (or the offer behind a voucher) took off, summed over the lines and shipping.

    `limited` says that the offer may have a limit per customer, which is then asked for again.
    """

    offer: int
    name: str
    amount: Decimal
    frequency: int = 1
    voucher: int | None = None
    limited: bool = True


@dataclass(frozen=True, slots=True)
class Shipping:
    """How it is sent, for how much (in the sale's price mode, after discount) and at which tax code.

    A charge that is taxed at several codes is made of `parts`, one a code. `standard` is what the cheapest
    way would have cost: a consumer who withdraws gets no more than that back.
    """

    code: str
    name: str
    charge: Decimal = ZERO
    tax_code: Any = None
    parts: tuple[tuple[Any, Decimal], ...] = ()
    standard: Decimal | None = None

    def __post_init__(self):
        if self.charge and self.tax_code is None and not self.parts:
            raise ValueError("a shipping charge needs a tax code")
        if self.parts and sum((amount for _, amount in self.parts), ZERO) != self.charge:
            raise ValueError("the parts of a shipping charge add up to it")

    @property
    def shares(self) -> tuple[tuple[Any, Decimal], ...]:
        """Return what is charged at which tax code; nothing for nothing."""
        shares = self.parts or ((self.tax_code, self.charge),)
        return tuple((tax_code, amount) for tax_code, amount in shares if amount)


@dataclass(frozen=True, slots=True)
class Surcharge:
    """What a way to pay costs, in the sale's price mode, and at which tax code."""

    name: str
    charge: Decimal
    tax_code: Any


@dataclass(frozen=True, slots=True)
class Sale:
    """Everything `order_to_cash.place` needs. `key` names the wish: the same key is the same order.

    `payment_method` is a provider's code; `payment` is the row of a payment that was authorised before,
    or that is on its way.
    `vat_id` was checked by whoever made the sale, and `vat_evidence` is what a register answered to it.
    """

    key: str
    lines: tuple[SaleLine, ...]
    shipping: Shipping
    ship_to: Address
    payment_method: str
    party_key: str
    placed_at: datetime
    bill_to: Address | None = None
    prices: str = "gross"
    email: str = ""
    user: Any = None
    payment: Any = None
    basket_id: int | None = None
    number: str = ""
    origin: str = "shop"
    discounts: tuple[SaleDiscount, ...] = field(default=())
    invoice_on: str = ""
    surcharge: Surcharge | None = None
    vat_id: str = ""
    vat_evidence: str = ""

    @property
    def buyer(self) -> Address:
        return self.bill_to or self.ship_to

    @property
    def looked_at(self) -> datetime | None:
        """Return when stock was looked at. History met no shopper who held anything."""
        return None if self.origin == "import" else self.placed_at

    @property
    def is_pending(self) -> bool:
        """Return whether the customer is still to pay on a page of the provider's."""
        return self.payment is not None and self.payment.state == "started"
