"""Bank transfer: the customer pays by our details, a person or the bank's file tells us."""

from typing import Any

from accounting import chart

from .base import Answer, PaymentProvider


class BankTransfer(PaymentProvider):
    code = "bank"
    name = "Bank transfer"
    money_account = chart.BANK
    prepaid = False
    means = "58"

    def authorise(self, payment: Any, form_data: dict[str, str]) -> Answer:
        return Answer(done=True, reference=payment.reference)

    def capture(self, payment: Any, amount: Any, reference: str) -> Answer:
        return Answer(done=False, message="A transfer cannot be collected: it comes in by itself.")

    def void(self, payment: Any) -> Answer:
        return Answer(done=True)

    def refund(self, payment: Any, amount: Any, reference: str) -> Answer:
        """Nothing to call: staff transfer the amount back, the order's log tells them to."""
        return Answer(done=True, reference=reference)
