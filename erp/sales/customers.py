"""What is agreed with a customer for the orders to come: days to pay, and whether reminders rest."""

from datetime import date
from typing import Any

from django.db.models import Q

from accounting.models import Party
from accounting.refusal import Refusal

from .models import CustomerTerms


class NotACustomer(Refusal):
    """Terms are agreed with customers alone."""


class PauseWithoutReason(Refusal):
    """Reminders rest for a reason, which whoever looks at the customer later will want to know."""


def agreed_with(party: Party) -> CustomerTerms:
    """Return what is agreed with a customer; where nothing was, terms that say nothing."""
    return CustomerTerms.objects.filter(party=party).first() or CustomerTerms(party=party)


def payment_days(party: Party) -> int | None:
    """Return in how many days a customer pays, None for the usual. A guest is new with every order."""
    if party.key.startswith("guest:"):
        return None
    return CustomerTerms.objects.filter(party=party).values_list("payment_days", flat=True).first()


def agree(
    party: Party, *, payment_days: int | None = None, paused_why: str = "", paused_until: date | None = None
) -> CustomerTerms:
    """Write down what is agreed with a customer from now on. Raises NotACustomer, PauseWithoutReason."""
    if party.kind != Party.Kind.CUSTOMER:
        raise NotACustomer(f"{party} is no customer.")
    if paused_until and not paused_why:
        raise PauseWithoutReason("Say why reminders rest until then.")
    agreed = {"payment_days": payment_days, "paused_why": paused_why, "paused_until": paused_until}
    return CustomerTerms.objects.update_or_create(party=party, defaults=agreed)[0]


def resting(on: date, *, at: str = "") -> Q:
    """Return the condition that reminders rest on a day. `at` is the way to the row that says so."""
    rests: Any = ~Q(**{f"{at}paused_why": ""}) & Q(**{f"{at}paused_why__isnull": False})
    return rests & (Q(**{f"{at}paused_until": None}) | Q(**{f"{at}paused_until__gte": on}))
