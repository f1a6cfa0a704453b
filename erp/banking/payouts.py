"""Books what providers and carriers passed on, and finds out what each line of it stands for.

The money did arrive, so a payout is booked as it was reported. Lines that name nothing we know, or
another amount, are kept as findings: they stand in the clearing account until somebody explains them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp import billing, order_to_cash, postings
from erp.delivery.models import DeliveryNote
from erp.invoicing import payments, providers
from erp.invoicing.models import Invoice, Payment, PaymentOperation
from erp.invoicing.owing import still_owed
from erp.sales import services as sales

from . import clearing, moves
from .models import Payout, PayoutExplanation, PayoutLine
from .reading import payouts as reading
from .reading.payouts import Columns, ReadPayout
from .reading.words import Unreadable

Kind = PayoutLine.Kind
OF_KIND: dict[str, str] = {
    Kind.CHARGE: PaymentOperation.Kind.CAPTURE,
    Kind.REFUND: PaymentOperation.Kind.REFUND,
}


class PayoutDiffers(Refusal):
    """A payout that is booked already says something else now."""


class ReportKnown(Refusal):
    """Every payout of the report is booked already."""


class NotExplained(Refusal):
    """A line of a payout cannot stand for that."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What a report brought: payouts that are new, how many were known, and lines nobody can explain."""

    payouts: Sequence[Payout]
    known: int
    findings: Sequence[str]


def load(
    content: bytes, *, provider: str, name: str, today: date, columns: Columns | None = None, by: Any = None
) -> Booked:
    """Read a provider's report and book its payouts, or none.

    Raises Unreadable, PayoutDiffers, ReportKnown and what the books refuse.
    """
    providers.get(provider)
    found = reading.read(content, columns or reading.REPORTS.get(provider, Columns()))
    for payout in found:
        _check(payout, today=today)
    with transaction.atomic():
        new = [payout for payout in found if not _is_known(provider, payout)]
        if not new:
            raise ReportKnown("Every payout of this report is booked already: nothing has changed.")
        _hold_orders(provider, new)
        rows = [_book(payout, provider=provider, name=name, by=by) for payout in new]
    return Booked(rows, len(found) - len(new), [said for row in rows for said in findings(row)])


def findings(payout: Payout) -> Iterator[str]:
    """Yield a sentence for each line of a payout that stands for nothing we know."""
    for line in payout.lines.filter(explanation=None).exclude(gross=0).order_by("position"):
        yield f"{line.get_kind_display().capitalize()} '{line.reference}' over {line.gross}: {why_open(line)}"


def why_open(line: PayoutLine) -> str:
    """Return why a line is not explained."""
    known = _named(line.payout.provider, [line.reference], kinds=OF_KIND.values()).first()
    if known is None:
        return "nothing here is called so."
    taken = PayoutExplanation.objects.filter(operation=known).select_related("line__payout").first()
    if taken:
        return f"it was paid out with {taken.line.payout} already."
    return f"ours is {known.amount} {known.get_kind_display()}."


@transaction.atomic
def look_again(payout: Payout, *, by: Any = None) -> int:
    """Explain what can be explained by now, such as by a notice that came late. Return how many lines."""
    lines = payout.lines.select_for_update(of=("self",)).filter(explanation=None).exclude(gross=0)
    return _explain(payout, list(lines.order_by("position")), by=by)


@transaction.atomic
def explain(
    line: PayoutLine, *, operation: PaymentOperation | None, note: str, on: date, by: Any = None
) -> None:
    """Say what a line stands for: a movement of ours, or without one fees and losses.

    The difference is written off to fees. Raises NotExplained.
    """
    payout = line.payout
    if line.gross == ZERO:
        raise NotExplained("A line without a gross amount needs no explanation.")
    if operation and operation.payment.provider != payout.provider:
        raise NotExplained(f"{operation} did not go through {payout.provider}.")
    difference = line.gross - (clearing.signed(operation) if operation else ZERO)
    row = PayoutExplanation(line=line, operation=operation, difference=difference, note=note, user=by)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NotExplained("That line is explained already, or that movement by another line.") from None
    account = providers.get(payout.provider).money_account
    memo = f"{payout}: {note or line}"
    billing.post(postings.written_off(f"payoutline:{line.pk}", difference, account, on=on, memo=memo), by=by)


def _check(payout: ReadPayout, *, today: date) -> None:
    if payout.currency not in ("", settings.CURRENCY):
        raise Unreadable(f"Payout {payout.reference} is in {payout.currency}, not {settings.CURRENCY}.")
    if payout.paid_on > today:
        raise Unreadable(f"Payout {payout.reference} is of {payout.paid_on}: that day is still to come.")


def _is_known(provider: str, payout: ReadPayout) -> bool:
    before = Payout.objects.filter(provider=provider, reference=payout.reference).first()
    if before and before.sha256 != payout.digest:
        raise PayoutDiffers(
            f"Payout {before} was booked with {before.net} net already, and says something else now."
        )
    return before is not None


def _book(payout: ReadPayout, *, provider: str, name: str, by: Any) -> Payout:
    row = Payout(
        provider=provider,
        reference=payout.reference,
        paid_on=payout.paid_on,
        currency=settings.CURRENCY,
        gross=payout.gross,
        fees=payout.fees,
        net=payout.net,
        sha256=payout.digest,
        file_name=name[-200:],
        user=by,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ReportKnown(f"Payout {payout.reference} is just being booked by somebody else.") from None
    lines = PayoutLine.objects.bulk_create(
        PayoutLine(
            payout=row,
            position=position,
            kind=line.kind,
            reference=line.reference,
            gross=line.gross,
            fee=line.fee,
            net=line.net,
        )
        for position, line in enumerate(payout.lines, start=1)
    )
    _collect(row, lines, by=by)
    _explain(row, [line for line in lines if line.gross], by=by)
    account = providers.get(provider).money_account
    entry = postings.paid_out(
        f"payout:{row.pk}", row.gross, row.fees, account, on=row.paid_on, memo=f"Payout {row}"
    )
    billing.post(entry, by=by)
    return row


def _hold_orders(provider: str, found: Iterable[ReadPayout]) -> None:
    """Lock the orders whose cash a report brings, all before the first of them is posted."""
    if providers.get(provider).prepaid:
        return
    names = [line.reference for payout in found for line in payout.lines if line.reference]
    rows = Payment.objects.filter(_is_called(names), provider=provider)
    sales.hold_all(rows.values_list("order", flat=True))


def _collect(payout: Payout, lines: Iterable[PayoutLine], *, by: Any) -> None:
    """Take in cash that a carrier says it collected, where the order still waits for just that."""
    if providers.get(payout.provider).prepaid:
        return
    for line in lines:
        payment = _waiting_payment(payout.provider, line)
        if payment is not None:
            order_to_cash.settle(
                payment, amount=line.gross, reference=line_reference(line), on=payout.paid_on, by=by
            )


def _waiting_payment(provider: str, line: PayoutLine) -> Payment | None:
    if line.kind != Kind.CHARGE or not line.reference or line.gross <= ZERO:
        return None
    waiting = Payment.objects.filter(
        _is_called([line.reference]),
        provider=provider,
        captured__lt=F("amount"),
        state__in=(Payment.State.STARTED, Payment.State.AUTHORISED, Payment.State.CAPTURED),
    )
    found = [row for row in waiting.order_by("order", "pk") if line.gross in _expected(row)]
    return found[0] if len(found) == 1 else None


def _expected(payment: Payment) -> set[Any]:
    """Return what a carrier may bring for a payment: all that is to come, or what a parcel's invoice asks."""
    bills = still_owed(Invoice.objects.filter(order=payment.order_id))
    return {payments.still_to_come(payment), *bills.values_list("open_amount", flat=True)}


def _is_called(names: Sequence[str]) -> Q:
    """Return how payments are found that references name: by their own, their order's or a note's."""
    return Q(reference__in=names) | Q(order__number__in=names) | Q(order__in=_orders(names))


def line_reference(line: PayoutLine) -> str:
    """Return what cash that a carrier's line brought is called."""
    return f"payout:{line.payout_id}:{line.position}"


def _explain(payout: Payout, lines: Sequence[PayoutLine], *, by: Any) -> int:
    """Explain each line by the one movement of its amount that it names."""
    names = [line.reference for line in lines if line.reference]
    free = list(_named(payout.provider, names, kinds=OF_KIND.values()).filter(payout_explanation=None))
    by_order = dict(_numbers(names))
    rows, used = [], set()
    for line in lines:
        fits = [
            row
            for row in free
            if row.pk not in used
            and row.kind == OF_KIND.get(line.kind)
            and clearing.signed(row) == line.gross
            and _is_named(row, line, by_order)
        ]
        named = [row for row in fits if row.reference in (line.reference, line_reference(line))]
        if len(fits) == 1 or named:
            operation = (named or fits)[0]
            used.add(operation.pk)
            rows.append(PayoutExplanation(line=line, operation=operation, user=by))
    PayoutExplanation.objects.bulk_create(rows)
    return len(rows)


def _is_named(row: PaymentOperation, line: PayoutLine, by_order: dict[str, int]) -> bool:
    order = row.payment.order
    names = (row.reference, row.payment.reference, order.number if order else "")
    return line.reference in names or (order is not None and by_order.get(line.reference) == order.pk)


def _named(provider: str, names: Sequence[str], *, kinds: Iterable[str]) -> Any:
    """Return movements of a provider that some references name: by their own, the payment's, the order's."""
    rows = moves.of_accounts([provider]).filter(kind__in=list(kinds))
    return rows.filter(
        Q(reference__in=names)
        | Q(payment__reference__in=names)
        | Q(payment__order__number__in=names)
        | Q(payment__order__in=_orders(names))
    ).order_by("pk")


def _orders(names: Sequence[str]) -> Any:
    return DeliveryNote.objects.filter(number__in=names).values("order")


def _numbers(names: Sequence[str]) -> Any:
    return DeliveryNote.objects.filter(number__in=names).values_list("number", "order")
