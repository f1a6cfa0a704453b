"""What the shop asks of whoever moves the money. Outside calls: never made inside a transaction."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from accounting import chart


class ProviderFailed(Exception):
    """The provider did not do what it was asked. The outbox asks again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said: whether it was done, its own reference, and words for the customer."""

    done: bool
    reference: str = ""
    message: str = ""


class PaymentProvider(ABC):
    """A way to pay. `code` is kept on payments; `money_account` is the role of the account it fills.

    Each call names the payment's reference, and asking twice does nothing twice.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    money_account: ClassVar[str] = chart.CLEARING
    prepaid: ClassVar[bool] = True  # authorised while the customer waits, before there is an order

    @abstractmethod
    def authorise(self, payment: Any, form_data: dict[str, str]) -> Answer:
        """Ask for the money to be held."""

    @abstractmethod
    def capture(self, payment: Any, amount: Any, reference: str) -> Answer:
        """Take what was held, or a part of it. Our reference names the part."""

    @abstractmethod
    def void(self, payment: Any) -> Answer:
        """Give up what was held."""

    @abstractmethod
    def refund(self, payment: Any, amount: Any, reference: str) -> Answer:
        """Give money back."""
