"""What staff are asked before a verb is called: quantities, amounts, reasons. Nothing is written here."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from oscar.core.loading import get_model

from erp.invoicing.models import Payment
from erp.invoicing.payments import still_to_come

from .actions import new_key

Order = get_model("order", "Order")
Row = tuple[int, str, int, int]


class KeyedForm(forms.Form):
    """A form whose wish is one wish, however often it is sent."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput, initial=new_key)


LONGEST_DAYS = 3650  # beyond ten years a wish is a slip of the finger
# What a browser's own calendar reads and sends.
DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class QuantitiesForm(KeyedForm):
    """How many pieces of which rows: a row is its key, its words, how many there are, how many used up.

    What is used up is not offered, but is taken when sent: of a form sent twice the chain knows the key.
    """

    reason = forms.CharField(max_length=255, required=False)

    def __init__(self, data: Any, *, rows: Iterable[Row]) -> None:
        super().__init__(data)
        offered = [(key, label, there if data else there - used) for key, label, there, used in rows]
        self.rows = {f"row_{key}": key for key, _, left in offered if left > 0}
        for key, label, left in offered:
            if left > 0:
                self.fields[f"row_{key}"] = forms.IntegerField(
                    label=label,
                    min_value=0,
                    max_value=left,
                    initial=0,
                    required=False,
                    help_text=f"at most {left}",
                )
        self.order_fields([*self.rows, "reason"])

    def clean(self) -> dict[str, Any]:
        """Refuse a form in which nothing is chosen."""
        super().clean()
        if not self.errors and not self.quantities():
            raise forms.ValidationError("Choose at least one piece." if self.rows else "Nothing is left.")
        return self.cleaned_data

    def quantities(self) -> dict[int, int]:
        """Return the chosen pieces by row."""
        chosen = {key: self.cleaned_data.get(name) or 0 for name, key in self.rows.items()}
        return {key: pieces for key, pieces in chosen.items() if pieces}


class ReasonForm(forms.Form):
    """Why something is undone."""

    reason = forms.CharField(max_length=255, required=False)


class SettleForm(forms.Form):
    """Money that came in on a payment. The same reference is the same money."""

    amount = forms.DecimalField(max_digits=17, decimal_places=2, min_value=Decimal("0.01"))
    reference = forms.CharField(
        max_length=150, help_text="As the bank names it: the same reference is never taken twice."
    )
    on = forms.DateField(
        label="Received on",
        initial=timezone.localdate,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, data: Any, *, payment: Payment) -> None:
        left = still_to_come(payment)
        super().__init__(data, prefix=str(payment.pk), initial={"amount": left})
        self.payment = payment

    def clean_on(self) -> Any:
        """Refuse money of a day to come."""
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError("That day is still to come.")
        return self.cleaned_data["on"]


class UseForm(forms.Form):
    """Which order money shall pay that nobody owes."""

    order = forms.CharField(label="Order number", max_length=128)

    def clean_order(self) -> Any:
        """Return the order with this number."""
        found = Order.objects.filter(number=self.cleaned_data["order"].strip()).first()
        if found is None:
            raise forms.ValidationError("There is no order with this number.")
        return found


class BinForm(forms.Form):
    """Where in its warehouse something lies."""

    bin = forms.CharField(max_length=30, required=False, help_text="Such as A-03-2. Empty: nowhere special.")
