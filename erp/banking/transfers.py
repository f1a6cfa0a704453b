"""Refunds that we transfer ourselves: which wait, to whose account, and what was ordered at the bank.

Ordering calls no bank: somebody gives it the file, or types it in. Done is what its statement shows.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.invoicing.models import PaymentOperation

from . import moves
from .models import BankMatch, RefundAccount, Transfer, TransferBatch

LONGEST_NAME = 70


class NoAccount(Refusal):
    """It is not known to which account a refund goes."""


class OrderedAlready(Refusal):
    """A refund was given to the bank before, or the bank has carried it out."""


@dataclass(frozen=True, slots=True)
class Due:
    """A refund to be transferred, and where to. Without an IBAN somebody has to ask for it."""

    refund: PaymentOperation
    name: str
    iban: str
    source: str


def due() -> list[Due]:
    """Return the refunds that nobody has ordered at the bank yet, the oldest first."""
    rows = moves.refunds_not_on_statement().filter(transfer=None).order_by("on", "pk")
    return with_accounts(rows)


def with_accounts(refunds: Iterable[PaymentOperation]) -> list[Due]:
    """Return refunds with the account each goes to: the one typed in, or the one the money came from."""
    rows = list(refunds)
    typed = {row.operation_id: row for row in RefundAccount.objects.filter(operation__in=rows)}
    came_from = _payers([row.payment_id for row in rows])
    return [_due(row, typed.get(row.pk), came_from.get(row.payment_id)) for row in rows]


def keep_account(refund: PaymentOperation, *, name: str, iban: str, by: Any = None) -> None:
    """Keep to which account a refund goes. Raises NoAccount and OrderedAlready."""
    if Transfer.objects.filter(operation=refund).exists():
        raise OrderedAlready(f"The refund of {refund.payment} was ordered already.")
    RefundAccount.objects.update_or_create(
        operation=refund,
        defaults={"name": name.strip()[:LONGEST_NAME], "iban": checked_iban(iban), "user": by},
    )


def checked_iban(text: str) -> str:
    """Return an IBAN as files write it. Raises NoAccount."""
    try:
        return ibans.validate(text)
    except ValidationError:
        raise NoAccount(f"'{text}' is no IBAN: look for a slip.") from None


@transaction.atomic
def order(refunds: Sequence[PaymentOperation], *, on: date, note: str = "", by: Any = None) -> TransferBatch:
    """Write down that refunds were ordered at the bank on a day, each once. Raises OrderedAlready."""
    keys = {row.pk for row in refunds}
    waiting = moves.refunds_not_on_statement().filter(pk__in=keys, transfer=None)
    chosen = with_accounts(waiting.order_by("on", "pk"))
    if not keys or len(chosen) != len(keys):
        raise OrderedAlready("One of these refunds was ordered already: look at the list again.")
    batch = TransferBatch(
        reference=f"REFUNDS-{on:%Y%m%d}-{secrets.token_hex(4).upper()}",
        ordered_on=on,
        total=sum((row.refund.amount for row in chosen), ZERO),
        count=len(chosen),
        note=note,
        user=by,
    )
    batch.save()
    try:
        with transaction.atomic():
            Transfer.objects.bulk_create(
                Transfer(
                    batch=batch, operation=row.refund, amount=row.refund.amount, name=row.name, iban=row.iban
                )
                for row in chosen
            )
    except IntegrityError:
        raise OrderedAlready("Somebody else has just ordered one of these refunds.") from None
    return batch


def _due(refund: PaymentOperation, typed: RefundAccount | None, payer: tuple[str, str] | None) -> Due:
    if typed:
        return Due(refund, typed.name, typed.iban, "typed in")
    if payer:
        return Due(refund, payer[0][:LONGEST_NAME], payer[1], "from where the money came")
    party = refund.payment.party
    return Due(refund, party.name[:LONGEST_NAME] if party else "", "", "")


def _payers(payments: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return name and IBAN of whoever paid, by payment, where the bank's statement says so."""
    came_in = PaymentOperation.objects.filter(payment__in=payments, kind="capture")
    used = dict(came_in.exclude(taken_from=None).values_list("payment", "taken_from"))
    matches = BankMatch.objects.filter(
        operation__payment__in=[*payments, *used.values()], operation__kind="capture", undone_at=None
    ).exclude(line__iban="")
    rows = matches.order_by("pk").values_list("operation__payment", "line__name", "line__iban")
    payers = {payment: (name, iban) for payment, name, iban in rows if ibans.is_valid(iban)}
    return payers | {payment: payers[source] for payment, source in used.items() if source in payers}
