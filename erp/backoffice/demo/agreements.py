"""What the demo company has agreed with single customers."""

from collections.abc import Callable
from datetime import date

from accounting.models import Party
from erp.sales import customers
from erp.sales.models import CustomerTerms

BUSINESS = "einkauf@cafe-morgenrot.example"
DAYS = 30


def load(say: Callable[[str], None], *, today: date) -> None:
    """Give the business that buys regularly a month to pay."""
    party = Party.objects.filter(email=BUSINESS, kind=Party.Kind.CUSTOMER).order_by("pk").first()
    if party is None or CustomerTerms.objects.filter(party=party).exists():
        return
    say("terms of customers")
    customers.agree(party, payment_days=DAYS)
