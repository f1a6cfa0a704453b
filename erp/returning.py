"""What comes back, from the wish to give it back to the day it is closed by `order_to_cash`.

    request --> requested -- approve --> approved -- receive --> received -- inspect, close_return --> closed
                    |                        |
                    +-- reject, cancel       +-- cancel         withdraw: a consumer's right, approved at once

Each verb is one transaction, like the verbs there.
"""

from datetime import date, datetime
from typing import Any

from django.db.transaction import atomic
from django.utils.timezone import localdate

from erp import billing, crediting, filling, order_to_cash, parcels, postings
from erp.delivery import closing, returns, withdrawals
from erp.delivery import services as delivery
from erp.delivery.models import DeliveryLine, Return, Withdrawal
from erp.delivery.returns import Dispositions
from erp.delivery.services import Pieces
from erp.delivery.withdrawals import NoRightOfWithdrawal
from erp.documents import outbox
from erp.invoicing import mails
from erp.sales import services as sales
from erp.sales.pricing import price
from erp.sales.sale import Sale

State = Return.State


@atomic
def request(
    order: Any, *, quantities: Pieces, on: date, key: str = "", reason: str = "", by: Any = None
) -> Return:
    """Ask to give shipped pieces (by delivery line) back. The same key is the same return."""
    order = sales.hold(order.pk)
    if known := returns.known(key):
        return known
    document = returns.ask(order, quantities, on=on, key=key, reason=reason, by=by)
    _note(order, document, "return requested", reason, by=by)
    outbox.enqueue(mails.to_send("return_requested", document, order))
    return document


@atomic
def approve(document: Return, *, on: date, by: Any = None) -> None:
    """Agree that the goods come back. Raises IllegalTransition."""
    order, document = _hold(document)
    returns.answer(document, State.APPROVED)
    _note(order, document, "return approved", "", by=by)
    outbox.enqueue(mails.to_send("return_approved", document, order))


@atomic
def reject(document: Return, *, on: date, reason: str, by: Any = None) -> None:
    """Say no to a request, and why. Raises IllegalTransition."""
    order, document = _hold(document)
    returns.answer(document, State.REJECTED, words=reason)
    _note(order, document, "return rejected", reason, by=by)
    outbox.enqueue(mails.to_send("return_rejected", document, order, reason=reason))


@atomic
def cancel(document: Return, *, on: date, reason: str = "", by: Any = None) -> None:
    """Give a return up of which nothing has come in. Raises IllegalTransition."""
    order, document = _hold(document)
    returns.answer(document, State.CANCELLED, words=reason)
    _note(order, document, "return cancelled", reason, by=by)


@atomic
def receive(document: Return, *, quantities: Pieces, on: date, by: Any = None) -> None:
    """Note that pieces (by return line) have come in, in one parcel or in several.

    Raises NotOnTheReturn and IllegalTransition.
    """
    order, document = _hold(document)
    returns.receive(document, quantities, on=on)
    _note(order, document, "return received", f"{sum(quantities.values())} pieces.", by=by)


@atomic
def inspect(document: Return, *, dispositions: Dispositions, on: date, by: Any = None) -> None:
    """Say what becomes of received pieces: restocked, damaged, scrapped or refused. The last word counts.

    Raises NotOnTheReturn and IllegalTransition.
    """
    order, document = _hold(document)
    returns.inspect(document, dispositions)
    _note(order, document, "return inspected", "", by=by)


@atomic
def withdraw(
    order: Any, *, now: datetime, key: str, quantities: Pieces | None = None, by: Any = None
) -> Withdrawal:
    """Take a consumer's declaration to withdraw: from the whole order, or from shipped pieces of it.

    What has not left is cancelled, what has left may come back: its return is approved at once. The
    consumer gets a receipt. The same key is the same. Raises NoRightOfWithdrawal, NothingToReturn.
    """
    order = sales.hold(order.pk)
    if known := withdrawals.declared(key):
        return known
    today = localdate(now)
    withdrawals.require_right(order, on=today)
    lines = _withdrawn(order, quantities)
    document = _send_back(order, quantities, on=today, key=key, by=by)
    declaration = Withdrawal.objects.create(
        order=order,
        returned=document,
        lines=lines,
        is_whole=quantities is None,
        declared_at=now,
        key=key,
        user=by,
    )
    sales.note(order, "withdrawn", f"Declared at {now.isoformat(timespec='seconds')}.", by=by)
    outbox.enqueue(mails.to_send("withdrawal_receipt", declaration, order))
    return declaration


@atomic
def take_back_alone(sale: Sale, *, on: date, reason: str, by: Any = None) -> Return:
    """Take back goods sold elsewhere, so that there is no order. The same key is the same return."""
    if known := returns.known(sale.key):
        return known
    back = closing.take_back_alone(sale, on=on, reason=reason, by=by)
    billing.post(postings.taken_back(back, on=on), by=by)
    filling.ask(back.products, cause=f"return:{back.document.pk}")
    crediting.credit_alone(sale, price(sale), on=on, reason=reason, by=by)
    return back.document


def _hold(document: Return) -> tuple[Any, Return]:
    """Lock a return's order, then the return, and read both afresh."""
    order = sales.hold(document.order_id)
    return order, returns.hold(document)


def _note(order: Any, document: Return, name: str, words: str, *, by: Any) -> None:
    said = f"{document.number}: {words}" if words else f"{document.number}."
    sales.note(order, name, said, f"return:{document.pk}", by=by)


def _send_back(order: Any, quantities: Pieces | None, *, on: date, key: str, by: Any) -> Return | None:
    """Cancel what has not left, if all is withdrawn from, and let what has left come back."""
    shipped = DeliveryLine.objects.filter(note__order=order, note__shipped_on__isnull=False)
    if quantities is None:
        if not shipped.exists():
            order_to_cash.cancel(order, on=on, reason="Withdrawn", by=by)
            return None
        rest = delivery.hold_open(order)
        for note in rest:
            parcels.cancel_rest(note, on=on, reason="Withdrawn", by=by)
        _replace_requests(order)
        quantities = {line.pk: line.can_come_back for line in shipped if line.can_come_back}
        if not quantities and rest:
            return None
        if not quantities:
            raise NoRightOfWithdrawal(f"All of order {order.number} is on its way back already.")
    document = returns.ask(order, quantities, on=on, key=f"withdrawal:{key}", reason="Withdrawn", by=by)
    returns.answer(document, State.APPROVED)
    return document


def _replace_requests(order: Any) -> None:
    """Give up what was asked for and has not come: a request can be rejected, a withdrawal cannot."""
    waiting = (State.REQUESTED, State.APPROVED)
    for document in order.returns.filter(state__in=waiting, withdrawal=None).order_by("pk"):
        returns.answer(document, State.CANCELLED, words="Replaced by the withdrawal.")


def _withdrawn(order: Any, quantities: Pieces | None) -> list[dict[str, Any]]:
    """Return what is withdrawn from in words: titles and pieces."""
    if quantities is None:
        rows = order.lines.order_by("pk").values_list("title", "quantity")
        return [{"title": title, "quantity": pieces} for title, pieces in rows]
    lines = DeliveryLine.objects.filter(pk__in=quantities, note__order=order).order_by("pk")
    return [{"title": line.title, "quantity": quantities[line.pk]} for line in lines]
