"""The bank's pages that are no list of rows: lines to match, clearing explained, refunds to transfer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from accounting import ledger
from accounting.refusal import Refusal
from erp.banking import clearing as accounts
from erp.banking import moves, proposals, transfers
from erp.banking.models import BankLine
from erp.banking.proposals import Proposal
from erp.invoicing.models import PaymentOperation

from . import bank_tables, links
from .actions import Button, button_for
from .bank_forms import AccountForm, OrderForm

READ_IN = "banking.add_bankstatement"
MATCH = "banking.change_bankline"
SEE_LINES = "banking.view_bankline"
SEE_PAYOUTS = "banking.view_payout"
SEE_TRANSFERS = "banking.view_transferbatch"
ORDER = "banking.add_transferbatch"
AT_ONCE = 10
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """A proposal as the page shows it, with the button that accepts it."""

    proposal: Proposal
    order: Any
    button: Button | None


@dataclass(frozen=True, slots=True)
class Card:
    """A line of the bank with what it could stand for, and the buttons for what else may be done."""

    line: BankLine
    url: str
    choices: Sequence[Choice]
    buttons: Sequence[Button]


def work(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show the lines of the bank that wait for somebody, each with what it could stand for."""
    _require(request, SEE_LINES)
    may_match = request.user.has_perm(MATCH)  # type: ignore[union-attr]
    waiting = BankLine.objects.filter(state=BankLine.State.OPEN).order_by("booked_on", "pk")
    page = Paginator(waiting, AT_ONCE).get_page(request.GET.get("page"))
    found = proposals.for_lines(page.object_list)
    cards = [
        Card(
            line,
            links.page_of(line),
            proposal_buttons(line, found[line.pk][:SHOWN], may_match=may_match),
            _others(line) if may_match else [],
        )
        for line in page.object_list
    ]
    count = page.paginator.count
    title = f"{count} bank line{'' if count == 1 else 's'} to match"
    context = {**site_context, "title": title, "page": page, "cards": cards, "waiting": count}
    return TemplateResponse(request, "admin/bank_work.html", context)


def proposal_buttons(line: BankLine, found: Sequence[Proposal], *, may_match: bool) -> list[Choice]:
    """Return proposals with their buttons, for whoever may match."""
    accept = button_for(line._meta, "accept", [line.pk], label="Accept")
    return [
        Choice(
            one,
            links.to(one.order, one.title) if one.order else one.title,
            Button(accept.label, accept.url, [*accept.fields, ("proposal", one.key)]) if may_match else None,
        )
        for one in found
    ]


def clearing(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show what makes up each clearing account, order by order."""
    _require(request, SEE_PAYOUTS)
    today = timezone.localdate()
    shown = []
    for role in accounts.ROLES:
        rows = list(accounts.waiting(role, today=today))
        shown.append(
            {
                "table": bank_tables.clearing(role, rows),
                "explained": sum((row.amount for row in rows), start=accounts.ZERO),
                "balance": ledger.balance(role),
            }
        )
    context = {**site_context, "title": "Clearing accounts explained", "accounts": shown}
    return TemplateResponse(request, "admin/clearing.html", context)


def refunds(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show the refunds to be transferred, and order those that are chosen."""
    _require(request, SEE_TRANSFERS)
    may_order = request.user.has_perm(ORDER)  # type: ignore[union-attr]
    waiting = transfers.due()
    form = OrderForm(request.POST or None, waiting=[row.refund.pk for row in waiting])
    if request.method == "POST":
        if not may_order:
            raise PermissionDenied
        if form.is_valid() and (batch := _order(request, form)):
            return redirect(links.page_of(batch))
    rows = [(row, bank_tables.movement(row.refund)) for row in waiting]
    context = {
        **site_context,
        "title": "Refunds to transfer",
        "rows": rows,
        "waiting": len(rows),
        "form": form,
        "may": may_order,
    }
    return TemplateResponse(request, "admin/refunds.html", context)


def refund_account(request: HttpRequest, pk: int, site_context: dict[str, Any]) -> HttpResponse:
    """Ask to which account a refund goes."""
    _require(request, ORDER)
    refund = get_object_or_404(moves.refunds_by_hand(), pk=pk)
    [due] = transfers.with_accounts([refund])
    form = AccountForm(request.POST or None, initial={"name": due.name, "iban": due.iban})
    if form.is_valid():
        try:
            transfers.keep_account(refund, **form.cleaned_data, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:bank_refunds")
    context = {
        **site_context,
        "title": f"Account for {refund.amount} back to {due.name}",
        "opts": PaymentOperation._meta,
        "form": form,
        "back": reverse("admin:bank_refunds"),
    }
    return TemplateResponse(request, "admin/read_in.html", context)


def _order(request: HttpRequest, form: OrderForm) -> Any:
    answer = form.cleaned_data
    chosen = list(PaymentOperation.objects.filter(pk__in=answer["refunds"]))
    try:
        return transfers.order(chosen, on=answer["on"], note=answer["note"], by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None


def _others(line: BankLine) -> list[Button]:
    opts = line._meta
    return [
        button_for(opts, "split", [line.pk], label="Choose or split…"),
        button_for(opts, "leave", [line.pk], label="Leave…"),
    ]


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):  # type: ignore[union-attr]
        raise PermissionDenied
