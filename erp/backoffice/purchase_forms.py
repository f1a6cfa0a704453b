"""What staff are asked about purchases: lines of a draft, what came, what goes back. Nothing is written."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from oscar.core.loading import get_model

from erp.inventory.models import Warehouse
from erp.procure_to_pay import Wanted
from erp.purchasing.models import PurchaseLine, Supplier

from .forms import DAY, KeyedForm, QuantitiesForm

Product = get_model("catalogue", "Product")

LARGEST_FILE = 8 * 1024 * 1024
BLANK_ROWS = 8
MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}


class DraftForm(forms.Form):
    """From whom goods are to come, and where to."""

    supplier = forms.ModelChoiceField(Supplier.objects.filter(is_active=True).order_by("name", "pk"))
    warehouse = forms.ModelChoiceField(
        Warehouse.objects.filter(is_transit=False).order_by("priority", "pk"), empty_label=None
    )
    note = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Printed for the supplier.",
    )


class WantedForm(forms.Form):
    """One line of a draft: a product by its SKU, and how many pieces of it."""

    sku = forms.CharField(label="SKU", max_length=128, widget=forms.TextInput(attrs={"list": "skus"}))
    quantity = forms.IntegerField(label="Pieces", min_value=1, max_value=10_000_000)
    price = forms.DecimalField(label="Price of a pack", min_value=0, required=False, **MONEY)
    pack = forms.IntegerField(label="Pieces in a pack", min_value=1, max_value=1_000_000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # a row of a table shows no labels
            field.widget.attrs["aria-label"] = field.label or name

    def clean_sku(self) -> Any:
        """Return the product that is called so: by our SKU, its UPC or a supplier's SKU."""
        sku = self.cleaned_data["sku"].strip()
        called = Q(stockrecords__partner_sku=sku) | Q(upc=sku)
        found = (
            Product.objects.filter(called).distinct()[:2]
            or Product.objects.filter(supplier_prices__sku=sku).distinct()[:2]
        )
        if len(found) != 1:
            why = "No product" if not found else "More than one product"
            raise forms.ValidationError(f"{why} is called '{sku}'.")
        return found[0]

    def wanted(self) -> Wanted:
        """Return the line as the chain takes it."""
        said = self.cleaned_data
        return Wanted(said["sku"], said["quantity"], said["price"], said["pack"])


class WantedLines(forms.BaseFormSet):
    """The lines of a draft."""

    def clean(self) -> None:
        """Refuse a draft of nothing."""
        if not any(self.errors) and not self.wanted():
            raise forms.ValidationError("Say what is to be ordered.")

    def wanted(self) -> list[Wanted]:
        """Return the lines that are not taken out. One that stays as it was is one of them."""
        filled = [form for form in self.forms if form.cleaned_data.get("sku")]
        return [form.wanted() for form in filled if form not in self.deleted_forms]


LinesFormSet = forms.formset_factory(
    WantedForm, formset=WantedLines, extra=BLANK_ROWS, can_delete=True, max_num=500, absolute_max=500
)


class OrderingForm(forms.Form):
    """When goods are to come."""

    expected_on = forms.DateField(
        label="Expected on", required=False, widget=DAY, help_text="Empty: when the lead time has passed."
    )


class ReceiptForm(KeyedForm):
    """How many pieces of each line came. More than was ordered is for the chain to accept."""

    reference = forms.CharField(label="Their delivery note", max_length=100, required=False)

    def __init__(self, data: Any, *, lines: Iterable[PurchaseLine]) -> None:
        super().__init__(data)
        self.lines = list(lines)
        for line in self.lines:
            self.fields[f"row_{line.pk}"] = forms.IntegerField(
                label=f"{line.title} {line.sku}".strip(),
                min_value=0,
                max_value=10_000_000,
                initial=line.to_come,
                required=False,
                help_text=f"of {line.quantity}; {line.received} came before",
            )
        self.order_fields([f"row_{line.pk}" for line in self.lines])

    def clean(self) -> dict[str, Any]:
        """Refuse a receipt of nothing."""
        super().clean()
        if not self.errors and not self.quantities():
            raise forms.ValidationError("Say how many pieces came.")
        return self.cleaned_data

    def quantities(self) -> dict[int, int]:
        """Return the pieces that came, by line."""
        came = {line.pk: self.cleaned_data.get(f"row_{line.pk}") or 0 for line in self.lines}
        return {key: pieces for key, pieces in came.items() if pieces}


class SendBackForm(QuantitiesForm):
    """Which pieces go back to their supplier, from where, and why."""

    condition = forms.ChoiceField(
        label="Which ones",
        required=False,
        choices=[
            ("", "such as can be sold"),
            ("damaged", "set aside as damaged"),
            ("quarantine", "set aside in quarantine"),
        ],
    )

    def __init__(self, data: Any, *, lines: Iterable[PurchaseLine]) -> None:
        rows = [(line.pk, f"{line.title} {line.sku}".strip(), line.received, line.returned) for line in lines]
        super().__init__(data, rows=rows)
        self.fields["reason"].required = True
