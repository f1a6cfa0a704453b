"""The automatic steps of an order: which run by themselves, how far each is, and how one is taken."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounting.refusal import Refusal

from .models import Automation, Step

logger = logging.getLogger(__name__)

Mode = Automation.Mode
State = Step.State
INVOICE = Step.Name.INVOICE
STATE_OF_MODE: dict[str, str] = {
    Mode.AUTOMATIC: State.WAITING,
    Mode.MANUAL: State.MANUAL,
    Mode.OFF: State.OFF,
}
TRIED = (State.DONE, State.FAILED)
# Goods leave when a person says so, until a business decides otherwise.
DEFAULTS = {Step.Name.SHIP: Mode.MANUAL}


def modes(payment_method: str) -> dict[str, str]:
    """Return how each step runs for a payment method: its own rule, else the general one. One query."""
    found: dict[str, str] = {name: DEFAULTS.get(name, Mode.AUTOMATIC) for name in Step.Name}
    rules = Automation.objects.filter(payment_method__in=("", payment_method))
    for rule in sorted(rules, key=lambda rule: rule.payment_method):
        found[rule.step] = rule.mode
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a step is, and why it failed if it did."""

    state: str
    reason: str = ""


def begin(names: Iterable[str], payment_method: str) -> dict[str, Outcome]:
    """Return the state in which each step of a new order begins."""
    mode = modes(payment_method)
    return {name: Outcome(STATE_OF_MODE[mode[name]]) for name in names}


def write(order: Any, outcomes: dict[str, Outcome]) -> None:
    """Write the steps of a new order."""
    Step.objects.bulk_create(
        Step(
            order=order,
            name=name,
            state=outcome.state,
            reason=outcome.reason,
            attempts=int(outcome.state in TRIED),
        )
        for name, outcome in outcomes.items()
    )


DONE = Outcome(State.DONE)


def of(order: Any) -> dict[str, Outcome]:
    """Return how far each step of an order is."""
    rows = Step.objects.filter(order=order).order_by("pk").values_list("name", "state", "reason")
    return {name: Outcome(state, reason) for name, state, reason in rows}


def is_automatic(order: Any, name: str) -> bool:
    """Return whether a step of an order is left to the machine: not by hand, not off."""
    return Step.objects.filter(order=order, name=name).exclude(state__in=(State.MANUAL, State.OFF)).exists()


def is_open(order: Any, name: str) -> bool:
    """Return whether a step of an order is still to be taken."""
    still_open = (State.WAITING, State.FAILED, State.MANUAL)
    return Step.objects.filter(order=order, name=name, state__in=still_open).exists()


def drop(order: Any) -> None:
    """Note that an order needs none of its open steps any more."""
    still_open = (State.WAITING, State.FAILED, State.MANUAL)
    Step.objects.filter(order=order, state__in=still_open).update(state=State.NOT_NEEDED, changed_at=Now())


def attempt(order: Any, name: str, action: Callable[[], Any]) -> Outcome:
    """Take a later step in a savepoint and return how it went. A failure loses the step, not the order.

    The only place of the chain that catches everything: whatever is wrong with an account, a period or
    our code, the customer's order stands, and the step waits to be retried.
    """
    try:
        with transaction.atomic():
            action()
    except Exception as error:
        logger.exception("Step '%s' failed", name, extra={"order": order.number})
        return Outcome(State.FAILED, explain(error))
    return DONE


def take(order: Any, name: str, action: Callable[[], Any]) -> None:
    """Attempt a step of an order that is already written, and note how it went."""
    mark(order, name, attempt(order, name, action))


def mark(order: Any, name: str, outcome: Outcome) -> None:
    """Note how far a step is."""
    Step.objects.filter(order=order, name=name).update(
        state=outcome.state, reason=outcome.reason, attempts=F("attempts") + 1, changed_at=Now()
    )


def explain(error: Exception) -> str:
    """Return a failure's reason in words: a refusal speaks for itself."""
    return str(error) if isinstance(error, Refusal) else f"{type(error).__name__}: {error}"
