"""The basket's page and what can be done on it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounting.refusal import Refusal
from shop.answers import Answers
from shop.catalogue import product
from shop.catalogue.forms import AddForm
from shop.catalogue.views import product_page
from shop.checkout.preview import estimate
from shop.posted import posted

from . import contents
from .forms import QuantityForm, VoucherForm


@require_safe
def summary(request):
    return _page(request)


@posted(lambda pk: product.find(pk, for_staff=False))
def add(request, pk: int):
    """Put a product into the basket, or show its page again with what is wrong."""
    found = product.find(pk, for_staff=False)
    form = AddForm(request.POST, choices=product.choices(found, request.strategy))
    if form.is_valid():
        try:
            contents.add(request.plain_basket, form.chosen.product, form.cleaned_data["quantity"])
        except Refusal as refusal:
            form.add_error("quantity", str(refusal))
        else:
            messages.success(request, f"“{form.chosen.product.get_title()}” is in your basket.")
            return redirect("basket:summary")
    return product_page(request, found, form=form)


@posted("basket:summary")
def update(request):
    """Change quantities. What cannot be done is said beside its line, the rest is done."""
    errors = {}
    for line in list(request.plain_basket.all_lines()):
        error = _update_line(line, request.POST)
        if error:
            errors[line.pk] = (error, request.POST[f"quantity-{line.pk}"])
    if not errors:
        return redirect("basket:summary")
    request.plain_basket.reset_offer_applications()
    return _page(request, errors=errors)


@posted("basket:summary")
def add_voucher(request):
    form = VoucherForm(request.POST)
    if not form.is_valid():
        return _page(request, voucher_form=form)
    try:
        contents.add_voucher(request.plain_basket, form.cleaned_data["code"], request.user)
    except Refusal as refusal:
        form.add_error("code", str(refusal))
        return _page(request, voucher_form=form)
    messages.success(request, f"The voucher {form.cleaned_data['code']} is in your basket.")
    return redirect("basket:summary")


@posted("basket:summary")
def remove_voucher(request, pk: int):
    basket = request.plain_basket
    if basket.pk:
        basket.vouchers.remove(*basket.vouchers.filter(pk=pk))
    return redirect("basket:summary")


def _update_line(line, data) -> str:
    """Change one line as asked; return what is wrong with it."""
    if data.get("remove") == str(line.pk):
        contents.change(line, 0)
        return ""
    form = QuantityForm({"quantity": data.get(f"quantity-{line.pk}", line.quantity)})
    if not form.is_valid():
        return form.errors["quantity"][0]
    try:
        contents.change(line, form.cleaned_data["quantity"])
    except Refusal as refusal:
        return str(refusal)
    return ""


def _page(request, *, errors: dict | None = None, voucher_form: VoucherForm | None = None):
    basket = request.basket
    form = voucher_form or VoucherForm()
    context = {"voucher_form": form}
    if not basket.is_empty:
        shown = estimate(basket, Answers.of(request), at=timezone.now())
        context |= {"preview": shown.marked(errors or {}), "vouchers": basket.vouchers.all()}
    return render(request, "shop/basket.html", context)
