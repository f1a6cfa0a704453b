"""The automatic steps of an order: which run by themselves, how far each is, and how one is taken."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounting.refusal import Refusal

from .models import Automation, Step

logger = logging.getLogger(__name__)

Mode = Automation.Mode
State = Step.State
STATE_OF_MODE = {Mode.AUTOMATIC: State.WAITING, Mode.MANUAL: State.MANUAL, Mode.OFF: State.OFF}
# A business that trusts the machine with nothing else still wants to press the button for shipping.
DEFAULTS = {Step.Name.SHIP: Mode.MANUAL}


def modes(payment_method: str) -> dict[str, str]:
    """Return how each step runs for a payment method: its own rule, else the general one. One query."""
    found = {name: DEFAULTS.get(name, Mode.AUTOMATIC) for name in Step.Name}
    rules = Automation.objects.filter(payment_method__in=("", payment_method))
    for rule in sorted(rules, key=lambda rule: rule.payment_method):
        found[Step.Name(rule.step)] = Mode(rule.mode)
    return found


def plan(order: Any, names: Iterable[str], modes: dict[str, str]) -> list[Step]:
    """Write the steps an order will need."""
    return Step.objects.bulk_create(
        Step(order=order, name=name, state=STATE_OF_MODE[modes[name]]) for name in names
    )


def attempt(order: Any, name: str, action: Callable[[], Any]) -> Any:
    """Take a later step in a savepoint, and note how it went. A failure loses the step, not the order.

    The only place of the chain that catches everything: whatever is wrong with an account, a period or
    our code, the customer's order stands, and the step waits to be retried.
    """
    result = None
    state, reason = State.DONE, ""
    try:
        with transaction.atomic():
            result = action()
    except Exception as error:
        logger.exception("Order %s: step '%s' failed", order.number, name)
        state, reason = State.FAILED, explain(error)
    mark(order, name, state, reason=reason)
    return result


def mark(order: Any, name: str, state: str, *, reason: str = "") -> None:
    """Note the state of a step."""
    Step.objects.filter(order=order, name=name).update(
        state=state, reason=reason, attempts=F("attempts") + 1, changed_at=Now()
    )


def explain(error: Exception) -> str:
    """Return a failure's reason in words: a refusal speaks for itself."""
    return str(error) if isinstance(error, Refusal) else f"{type(error).__name__}: {error}"
