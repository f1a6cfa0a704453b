"""A sandbox card: moves no money. One number is approved, one is declined; the number is not kept."""

from typing import Any

from .base import Answer, PaymentProvider

APPROVED = "4111111111111111"
DECLINED = "4000000000000002"


class SandboxCard(PaymentProvider):
    code = "card"
    name = "Card (sandbox)"
    means = "48"

    def authorise(self, payment: Any, form_data: dict[str, str]) -> Answer:
        number = form_data.get("card_number", "").replace(" ", "")
        if number == APPROVED:
            return Answer(done=True, reference=f"{payment.reference}:authorise")
        if number == DECLINED:
            return Answer(done=False, message="Your card was declined. Please use another one.")
        return Answer(done=False, message="This sandbox knows no such card.")

    def capture(self, payment: Any, amount: Any, reference: str) -> Answer:
        return Answer(done=True, reference=reference)

    def void(self, payment: Any) -> Answer:
        return Answer(done=True, reference=f"{payment.reference}:void")

    def refund(self, payment: Any, amount: Any, reference: str) -> Answer:
        return Answer(done=True, reference=reference)
