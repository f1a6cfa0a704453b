"""The page of bills to pay: which are due when, and which are given to the bank together."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp import remitting
from erp.purchasing.models import PaymentRun, SupplierBill

from . import links
from .forms import DAY

SEE = "purchasing.view_paymentrun"
PAY = "purchasing.add_supplierpayment"


class UntilForm(forms.Form):
    """Until which day bills are to be due."""

    until = forms.DateField(label="Due until", required=False, widget=DAY)


class RunForm(forms.Form):
    """Which bills the bank is to pay, and when."""

    on = forms.DateField(label="On", initial=timezone.localdate, widget=DAY)
    bills = forms.ModelMultipleChoiceField(
        SupplierBill.objects.defer("file"), error_messages={"required": "Choose a bill."}
    )

    def clean_on(self) -> date:
        """Refuse a day that is gone."""
        if self.cleaned_data["on"] < timezone.localdate():
            raise forms.ValidationError("That day is over.")
        return self.cleaned_data["on"]


def page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show what is to be paid, and give to the bank what is chosen."""
    if not request.user.has_perm(SEE):  # type: ignore[union-attr]
        raise PermissionDenied
    may_pay = request.user.has_perm(PAY)  # type: ignore[union-attr]
    today = timezone.localdate()
    until = UntilForm(request.GET or None)
    found = list(remitting.due(until=until.cleaned_data["until"] if until.is_valid() else None))
    form = RunForm(request.POST or None)
    if request.method == "POST":
        if not may_pay:
            raise PermissionDenied
        if form.is_valid() and (run := _order(request, form)):
            return redirect(links.page_of(run))
    context = {
        **site_context,
        "title": "Bills to pay",
        "opts": PaymentRun._meta,
        "rows": [(row, links.to(row, row.number), row.due_on <= today, -row.open_amount) for row in found],
        "waiting": sum(row.due_on <= today and row.kind == SupplierBill.Kind.BILL for row in found),
        "due": -sum((row.open_amount for row in found if row.due_on <= today), start=ZERO),
        "total": -sum((row.open_amount for row in found), start=ZERO),
        "until": until,
        "form": form,
        "may": may_pay,
    }
    return TemplateResponse(request, "admin/bills_due.html", context)


def _order(request: HttpRequest, form: RunForm) -> PaymentRun | None:
    said = form.cleaned_data
    try:
        return remitting.order([bill.pk for bill in said["bills"]], on=said["on"], by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None
