"""What can be asked of a basket, and the sentence for what cannot be done."""

from django import forms
from django.conf import settings

from accounting.refusal import Refusal
from shop.catalogue.forms import WHOLE


class TooMany(Refusal):
    """More than one basket holds."""


class QuantityForm(forms.Form):
    """A line's new quantity. None takes the line out."""

    quantity = forms.IntegerField(
        min_value=0, error_messages=dict.fromkeys(("required", "invalid", "min_value"), WHOLE)
    )


class VoucherForm(forms.Form):
    code = forms.CharField(label="Voucher code", max_length=128)

    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip().upper()


def refuse_too_many(pieces: int) -> None:
    """Raises TooMany where a basket would hold more pieces than one order can have."""
    most = settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD
    if pieces > most:
        raise TooMany(f"One order holds at most {most:,} pieces. For more please write to us.")
