"""The consumer's right to withdraw (Directive 2011/83/EU, article 9): until when, and what was declared."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q

from accounting.refusal import Refusal
from erp.documents.services import company

from .models import DeliveryLine, DeliveryNote, Return, ReturnLine, Withdrawal

State = DeliveryNote.State


class NoRightOfWithdrawal(Refusal):
    """A business has bought, the time is over, or nothing is left to withdraw from."""


def last_day(notes: Iterable[DeliveryNote], days: int) -> date | None:
    """Return the last day to withdraw: so many days after the last goods arrived. None while some are to."""
    kept = [note for note in notes if note.state != State.CANCELLED]
    arrived = [note.delivered_on for note in kept if note.delivered_on]
    if not kept or len(arrived) < len(kept):
        return None
    return max(arrived) + timedelta(days=days)


def withdrawal_ends(order: Any) -> date | None:
    """Return the last day on which an order can be withdrawn from; None while it is open without an end.

    Of services alone the days count from the order itself.
    """
    notes, days = list(order.delivery_notes.all()), company().withdrawal_days
    return last_day(notes, days) if notes else order.terms.ordered_on + timedelta(days=days)


def require_right(order: Any, *, on: date) -> None:
    """Raise NoRightOfWithdrawal unless a consumer may withdraw from an order on a day."""
    if order.terms.vat_id:
        raise NoRightOfWithdrawal("Businesses have no right of withdrawal. Please write to us.")
    if order.status == "cancelled":
        raise NoRightOfWithdrawal(f"Order {order.number} is cancelled already.")
    if is_declared_whole(order):
        raise NoRightOfWithdrawal(f"You have withdrawn from order {order.number} already.")
    ends = withdrawal_ends(order)
    if ends is not None and on > ends:
        raise NoRightOfWithdrawal(
            f"The time to withdraw from order {order.number} ended on {ends:%-d %B %Y}."
        )


def may_withdraw(order: Any, *, on: date) -> bool:
    """Return whether a consumer may withdraw from an order on a day."""
    try:
        require_right(order, on=on)
    except NoRightOfWithdrawal:
        return False
    return True


def declared(key: str) -> Withdrawal | None:
    """Return the declaration that a key stands for."""
    return Withdrawal.objects.filter(key=key).first()


def is_declared_whole(order: Any) -> bool:
    """Return whether a consumer has declared to withdraw from a whole order."""
    return Withdrawal.objects.filter(order=order, is_whole=True).exists()


def is_whole(order: Any) -> bool:
    """Return whether all that was shipped of an order came back by withdrawal, and nothing is to leave."""
    kept = DeliveryLine.objects.filter(note__order=order).exclude(note__state=State.CANCELLED)
    if kept.exclude(returned=F("quantity")).exists():
        return False
    others = ReturnLine.objects.filter(returned__order=order, returned__withdrawal=None)
    taken = Q(restocked__gt=0) | Q(damaged__gt=0) | Q(scrapped__gt=0)
    return not others.filter(taken, returned__state=Return.State.CLOSED).exists()
