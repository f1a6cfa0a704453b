"""Cash on delivery: the carrier takes the money at the door, and pays it out to us later."""

from decimal import Decimal
from typing import Any

from accounting import chart

from .base import Answer, PaymentProvider


class CashOnDelivery(PaymentProvider):
    code = "cod"
    name = "Cash on delivery"
    money_account = chart.CASH_CLEARING
    prepaid = False
    means = "10"
    after_delivery = True

    def surcharge(self, company: Any) -> Decimal:
        return company.cod_fee

    def authorise(self, payment: Any, form_data: dict[str, str]) -> Answer:
        return Answer(done=True, reference=payment.reference)

    def capture(self, payment: Any, amount: Any, reference: str) -> Answer:
        return Answer(done=False, message="The carrier pays it out by itself.")

    def void(self, payment: Any) -> Answer:
        return Answer(done=True)

    def refund(self, payment: Any, amount: Any, reference: str) -> Answer:
        """Nothing to call: staff transfer the amount back, the order's log tells them to."""
        return Answer(done=True, reference=reference)
