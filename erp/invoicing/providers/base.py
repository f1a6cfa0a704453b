"""What the shop asks of whoever moves the money. Outside calls: never made inside a transaction."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal

from accounting import chart
from accounting.money import ZERO
from accounting.refusal import Refusal


class ProviderFailed(Exception):
    """The provider did not do what it was asked, or did not answer. The outbox asks again."""


class Forged(Refusal):
    """A notice that is not from the provider: its signature is missing, wrong or too old."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said: whether it was done, its own reference, and words for the customer.

    With `redirect` nothing is decided yet: the customer confirms on the provider's page, and a notice says.
    """

    done: bool
    reference: str = ""
    message: str = ""
    redirect: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider tells us of a payment, unasked or asked. `event` names the notice: heard once.

    `payment` is our reference of the payment, `reference` the provider's of the movement: our own of a
    refund that we asked for. A refund that bounced and a dispute are for a person to see to.
    """

    event: str
    kind: Literal["authorised", "captured", "failed", "voided", "refunded", "bounced", "disputed"]
    payment: str
    reference: str
    amount: Decimal
    currency: str


class PaymentProvider(ABC):
    """A way to pay. `code` is kept on payments; `money_account` is the role of the account it fills.

    Each call names the payment's reference, and asking twice does nothing twice.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    money_account: ClassVar[str] = chart.CLEARING
    prepaid: ClassVar[bool] = True  # authorised while the customer waits, before there is an order
    means: ClassVar[str] = "68"  # what e-invoices call it (UNTDID 4461): an online payment service
    captures_once: ClassVar[bool] = False  # taking a part lets the rest go
    after_delivery: ClassVar[bool] = False  # the money comes once the goods are there

    def is_offered(self, company: Any) -> bool:
        """Return whether customers may choose it now."""
        return not (self.after_delivery and company.invoice_on == "payment")

    def surcharge(self, company: Any) -> Decimal:
        """Return what paying this way costs the customer, in the company's price mode."""
        return ZERO

    @abstractmethod
    def authorise(self, payment: Any, form_data: dict[str, str]) -> Answer:
        """Ask for the money to be held, at once or on a page of the provider's.

        From that page the customer comes back to the form data's `return_url`, or `cancel_url` if not paid.
        """

    @abstractmethod
    def capture(self, payment: Any, amount: Any, reference: str) -> Answer:
        """Take what was held, or a part of it. Our reference names the part.

        The answer's reference is the one that a notice of the same money bears: it is taken in once.
        """

    @abstractmethod
    def void(self, payment: Any) -> Answer:
        """Give up what was held, or close the page: what was paid on it meanwhile, a notice tells."""

    @abstractmethod
    def refund(self, payment: Any, amount: Any, reference: str) -> Answer:
        """Give money back."""

    def look(self, payment: Any) -> Sequence[Notice]:
        """Ask what became of a payment whose end we have not heard."""
        return ()

    def webhook(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Notice]:
        """Read a notice that came by itself. Raises Forged."""
        raise Forged(f"{self.name} sends no notices.")
