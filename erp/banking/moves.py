"""Which movements of money the bank, a provider or a carrier has still to show us. Reads only."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounting import chart
from erp.invoicing import providers
from erp.invoicing.models import Payment, PaymentOperation

from .models import BankMatch

Kind = PaymentOperation.Kind
IMPORTED = "import"


def codes_of(role: str) -> list[str]:
    """Return the ways to pay that fill an account."""
    return [provider.code for provider in providers.available() if provider.money_account == role]


def codes_by_hand() -> list[str]:
    """Return the ways to pay whose refunds we transfer ourselves."""
    return [provider.code for provider in providers.available() if not provider.prepaid]


def of_accounts(codes: Sequence[str]) -> QuerySet[PaymentOperation]:
    """Return the movements of money by some ways to pay: what came in from outside and what went back."""
    rows = PaymentOperation.objects.filter(kind__in=(Kind.CAPTURE, Kind.REFUND), taken_from=None)
    return rows.filter(payment__provider__in=codes).select_related("payment__order", "payment__party")


def without_bank_line(rows: QuerySet[PaymentOperation]) -> QuerySet[PaymentOperation]:
    """Return those that no line of the bank stands for."""
    matches = BankMatch.objects.filter(operation=OuterRef("pk"), undone_at=None)
    return rows.filter(~Exists(matches))


def captures_not_on_statement() -> QuerySet[PaymentOperation]:
    """Return money that somebody took in by hand as a transfer and no line of the bank shows yet."""
    return without_bank_line(of_accounts(codes_of(chart.BANK)).filter(kind=Kind.CAPTURE))


def refunds_by_hand() -> QuerySet[PaymentOperation]:
    """Return refunds that we transfer ourselves. What another system paid back before is none of them."""
    rows = of_accounts(codes_by_hand()).filter(kind=Kind.REFUND)
    elsewhere = Q(payment__kind=Payment.Kind.ELSEWHERE) | Q(payment__order__terms__origin=IMPORTED)
    return rows.exclude(elsewhere)


def refunds_not_on_statement() -> QuerySet[PaymentOperation]:
    """Return refunds by transfer that no line of the bank shows yet."""
    return without_bank_line(refunds_by_hand())


def in_clearing(role: str) -> QuerySet[PaymentOperation]:
    """Return what went through a clearing account and was neither paid out nor transferred by ourselves."""
    return without_bank_line(of_accounts(codes_of(role)).filter(payout_explanation=None))
