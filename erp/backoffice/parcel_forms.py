"""What staff are asked about parcels, returns and credits. Nothing is written here."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from erp.delivery import carriers
from erp.delivery.models import DeliveryNote, ReturnLine
from erp.delivery.returns import Dispositions
from erp.invoicing.models import Invoice

from .forms import DAY, KeyedForm, QuantitiesForm, Row


class Suggested(forms.TextInput):
    """A field with the carriers there are to choose from; any other may be typed."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw the field, and its list after it."""
        key = f"{name}-carriers"
        field = super().render(name, value, {**(attrs or {}), "list": key}, renderer)
        choices = format_html_join("", '<option value="{}">', ((carrier,) for carrier in carriers.names()))
        return format_html('{}<datalist id="{}">{}</datalist>', field, key, choices)


class ParcelForm(forms.Form):
    """Who carries a parcel, and under which number."""

    carrier = forms.CharField(max_length=60, required=False, widget=Suggested)
    tracking_number = forms.CharField(max_length=100, required=False)


class SendForm(ParcelForm):
    """The parcel that a packed note leaves in. A scanner reads its number from the label."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        known = carriers.names()
        self.fields["carrier"].initial = known[0] if len(known) == 1 else ""
        self.fields["tracking_number"].widget.attrs |= {"autofocus": True, "autocomplete": "off"}


class ShipForm(QuantitiesForm):
    """How many pieces leave, in which parcel, and what becomes of the rest."""

    rest = forms.ChoiceField(
        label="What is left of it",
        choices=[
            ("later", "leaves later, on a note of its own"),
            ("cancel", "is cancelled, credited and refunded"),
        ],
        initial="later",
    )
    carrier = forms.CharField(max_length=60, required=False, widget=Suggested)
    tracking_number = forms.CharField(max_length=100, required=False)

    def __init__(self, data: Any, *, note: DeliveryNote) -> None:
        lines = list(note.lines.order_by("pk"))
        super().__init__(
            data, rows=[(line.pk, f"{line.title} {line.sku}", line.quantity, line.waits) for line in lines]
        )
        for line in lines:
            if line.here or data:
                self.fields[f"row_{line.pk}"].initial = line.here
        del self.fields["reason"]


class DeliveredForm(forms.Form):
    """The day on which goods arrived."""

    on = forms.DateField(label="Delivered on", initial=timezone.localdate, widget=DAY)

    def clean_on(self) -> Any:
        """Refuse a day to come."""
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError("That day is still to come.")
        return self.cleaned_data["on"]


class ReceiveForm(forms.Form):
    """How many pieces of a return are here by now, with earlier ones: sent twice it is the same."""

    def __init__(self, data: Any, *, lines: Iterable[ReturnLine]) -> None:
        super().__init__(data)
        self.lines = list(lines)
        for line in self.lines:
            self.fields[f"row_{line.pk}"] = forms.IntegerField(
                label=f"{line.product.get_title()}: here by now",
                min_value=0,
                max_value=line.quantity,
                initial=line.quantity,
                help_text=f"of {line.quantity}; {line.received} were here before",
            )

    def quantities(self) -> dict[int, int]:
        """Return the pieces that are new, by return line."""
        new = {line.pk: self.cleaned_data[f"row_{line.pk}"] - line.received for line in self.lines}
        return {key: pieces for key, pieces in new.items() if pieces}


class InspectForm(forms.Form):
    """What becomes of the received pieces of a return: so many of each fate a line."""

    FATES = {
        "restocked": "back on the shelf",
        "damaged": "damaged, written off",
        "scrapped": "scrapped, written off",
        "refused": "refused: the customer's again, not credited",
    }

    def __init__(self, data: Any, *, lines: Iterable[ReturnLine]) -> None:
        super().__init__(data)
        self.lines = [line for line in lines if line.received]
        for line in self.lines:
            for fate, words in self.FATES.items():
                self.fields[f"{fate}_{line.pk}"] = forms.IntegerField(
                    label=f"{line.product.get_title()}: {words}",
                    min_value=0,
                    max_value=line.received,
                    required=False,
                    initial=getattr(line, fate) or (line.uninspected if fate == "restocked" else 0),
                    help_text=f"of {line.received}" if fate == "restocked" else "",
                )

    def dispositions(self) -> Dispositions:
        """Return the fates of pieces by return line."""
        return {
            line.pk: {fate: self.cleaned_data.get(f"{fate}_{line.pk}") or 0 for fate in self.FATES}
            for line in self.lines
        }


class CreditForm(QuantitiesForm):
    """Pieces of an invoice's lines, or amounts off their price. Shipping is a line like the others."""

    def __init__(self, data: Any, *, invoice: Invoice) -> None:
        lines = list(invoice.lines.order_by("position"))
        super().__init__(data, rows=self._rows(lines))
        with_vat = "with" if invoice.prices == "gross" else "without"
        self.amount_fields = {f"amount_{line.pk}": line.pk for line in lines}
        for line in lines:
            left = (
                line.gross - line.credited_gross
                if invoice.prices == "gross"
                else line.net - line.credited_net
            )
            if left or data:
                self.fields[f"amount_{line.pk}"] = forms.DecimalField(
                    label=f"or an amount off {line.title}",
                    max_digits=17,
                    decimal_places=2,
                    min_value=Decimal("0.01"),
                    required=False,
                    help_text=f"{with_vat} VAT, at most {left}",
                )
        self.order_fields([*self.rows, *self.amount_fields, "reason"])

    @staticmethod
    def _rows(lines: Sequence[Any]) -> list[Row]:
        return [(line.pk, f"{line.title} {line.sku}".strip(), line.quantity, line.credited) for line in lines]

    def clean(self) -> dict[str, Any]:
        """Refuse a form in which nothing is chosen."""
        KeyedForm.clean(self)
        if not self.errors and not self.quantities() and not self.amounts():
            raise forms.ValidationError("Choose at least one piece, or name an amount.")
        return self.cleaned_data

    def amounts(self) -> dict[int, Decimal]:
        """Return the named amounts by invoice line."""
        named = {key: self.cleaned_data.get(name) for name, key in self.amount_fields.items()}
        return {key: amount for key, amount in named.items() if amount}
