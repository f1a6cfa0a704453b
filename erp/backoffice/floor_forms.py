"""What staff are asked about transfers and counts. Nothing is written here."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from oscar.core.loading import get_model

from erp.inventory.models import StockLevel, StocktakeLine, Transfer, Warehouse

from .forms import KeyedForm

Category = get_model("catalogue", "Category")
StockRecord = get_model("partner", "StockRecord")

LONGEST_LIST = 2000
MOMENT = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})


def warehouses() -> Any:
    """Return the warehouses in which goods can be counted, that is all but the way between them."""
    return Warehouse.objects.filter(is_transit=False).order_by("priority", "pk")


class PiecesField(forms.CharField):
    """Products and pieces, one product a line: its SKU, then how many. Twice the same adds up."""

    widget = forms.Textarea(attrs={"rows": 8, "class": "vLargeTextField", "spellcheck": "false"})

    def clean(self, value: Any) -> dict[int, int]:
        """Return pieces by product."""
        rows = [line.split() for line in super().clean(value).splitlines() if line.strip()]
        if len(rows) > LONGEST_LIST:
            raise forms.ValidationError(f"At most {LONGEST_LIST} lines.")
        wrong = [words for words in rows if len(words) < 2 or not _is_count(words[-1])]
        if wrong:
            said = " ".join(wrong[0])[:60]
            raise forms.ValidationError(f"'{said}' is no SKU with a number of pieces behind it.")
        asked = [(" ".join(words[:-1]), int(words[-1])) for words in rows]
        known = products_by_sku(sku for sku, _ in asked)
        unknown = [sku for sku, _ in asked if sku not in known]
        if unknown:
            raise forms.ValidationError(f"There is no product with the SKU {', '.join(unknown[:5])}.")
        found: dict[int, int] = {}
        for sku, pieces in asked:
            found[known[sku]] = found.get(known[sku], 0) + pieces
        return found


def products_by_sku(skus: Iterable[str]) -> dict[str, int]:
    """Return the products of goods by their SKU."""
    own, inherited = "product__product_class__track_stock", "product__parent__product_class__track_stock"
    rows = StockRecord.objects.filter(Q(**{own: True}) | Q(**{inherited: True}), partner_sku__in=set(skus))
    return dict(rows.values_list("partner_sku", "product"))


def skus_of(products: Iterable[int]) -> dict[int, str]:
    """Return the SKU of products."""
    return dict(StockRecord.objects.filter(product__in=products).values_list("product", "partner_sku"))


def _is_count(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= 7 and int(word) > 0


class TransferForm(KeyedForm):
    """Where goods go from and to, and which."""

    origin = forms.ModelChoiceField(warehouses(), label="From", empty_label=None)
    destination = forms.ModelChoiceField(warehouses(), label="To")
    pieces = PiecesField(label="Goods", help_text="One product a line: its SKU, then how many pieces.")
    note = forms.CharField(max_length=255, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if warehouses().count() == 1:
            self.fields["destination"].help_text = "There is one warehouse. An administrator can add another."

    def clean(self) -> dict[str, Any]:
        """Refuse a transfer that goes nowhere."""
        answer = super().clean() or self.cleaned_data
        if answer.get("origin") and answer.get("origin") == answer.get("destination"):
            self.add_error("destination", "Goods are there already.")
        return answer


class ChangeTransferForm(forms.Form):
    """Other goods for a draft."""

    pieces = PiecesField(label="Goods", help_text="One product a line: its SKU, then how many pieces.")


class SendLevelsForm(KeyedForm):
    """How many pieces of chosen levels go to which other warehouse."""

    destination = forms.ModelChoiceField(warehouses(), label="To")
    note = forms.CharField(max_length=255, required=False)

    def __init__(self, data: Any, *, levels: Sequence[StockLevel]) -> None:
        super().__init__(data)
        self.products = {f"row_{level.pk}": level.product_id for level in levels}
        self.fields["destination"].queryset = warehouses().exclude(  # type: ignore[attr-defined]
            pk__in={level.warehouse_id for level in levels}
        )
        for level in levels:
            self.fields[f"row_{level.pk}"] = forms.IntegerField(
                label=level.product.get_title(),
                min_value=0,
                max_value=1_000_000,
                required=False,
                help_text=f"{level.available} are free",
            )
        self.order_fields(["destination", *self.products, "note"])

    def clean(self) -> dict[str, Any]:
        """Refuse a form in which nothing is chosen."""
        super().clean()
        if not self.errors and not self.quantities():
            raise forms.ValidationError("Choose at least one piece.")
        return self.cleaned_data

    def quantities(self) -> dict[int, int]:
        """Return the chosen pieces by product."""
        chosen = {key: self.cleaned_data.get(name) or 0 for name, key in self.products.items()}
        return {key: pieces for key, pieces in chosen.items() if pieces}


class ArrivalForm(forms.Form):
    """How many pieces of a transfer arrived, and why the rest did not."""

    reason = forms.CharField(
        max_length=255, required=False, label="Why pieces are missing", help_text="Only if some are."
    )

    def __init__(self, data: Any, *, transfer: Transfer) -> None:
        super().__init__(data)
        lines = transfer.lines.select_related("product__parent").order_by("pk")  # type: ignore[attr-defined]
        self.lines = {f"row_{line.pk}": line for line in lines}
        for name, line in self.lines.items():
            self.fields[name] = forms.IntegerField(
                label=line.product.get_title(),
                min_value=0,
                max_value=line.quantity,
                initial=line.quantity,
                help_text=f"{line.quantity} were sent",
            )
        self.order_fields([*self.lines, "reason"])

    def missing(self) -> dict[int, int]:
        """Return the missing pieces by line."""
        left = {line.pk: line.quantity - self.cleaned_data[name] for name, line in self.lines.items()}
        return {key: pieces for key, pieces in left.items() if pieces}


class StartForm(KeyedForm):
    """What is to be counted, and how."""

    warehouse = forms.ModelChoiceField(warehouses(), empty_label=None)
    category = forms.ModelChoiceField(Category.objects.order_by("path"), required=False, empty_label="All")
    bins = forms.CharField(
        max_length=30, required=False, label="Bins", help_text="Only bins that begin so, such as A-0."
    )
    due = forms.BooleanField(
        required=False, label="Only what is due", help_text="What was not counted for longer than wanted."
    )
    is_blind = forms.BooleanField(
        required=False,
        initial=True,
        label="Blind",
        help_text="Who counts does not see how many are expected.",
    )
    note = forms.CharField(max_length=255, required=False)


class CountForm(forms.Form):
    """What was counted of some lines. An empty field is not counted."""

    at = forms.DateTimeField(
        required=False,
        label="Counted at",
        widget=MOMENT,
        help_text="If it was a while ago: what moved since then is taken into account.",
    )

    def __init__(self, data: Any, *, lines: Sequence[StocktakeLine], labels: dict[int, str]) -> None:
        super().__init__(data)
        self.lines = {f"row_{line.pk}": line.pk for line in lines}
        for name, key in self.lines.items():
            self.fields[name] = forms.IntegerField(
                label=labels[key], min_value=0, max_value=10_000_000, required=False
            )
        self.order_fields([*self.lines, "at"])

    def clean_at(self) -> datetime | None:
        return checked_moment(self.cleaned_data["at"])

    def clean(self) -> dict[str, Any]:
        """Refuse a form in which nothing is counted."""
        super().clean()
        if not self.errors and not self.counted():
            raise forms.ValidationError("Nothing is counted.")
        return self.cleaned_data

    def counted(self) -> dict[int, int]:
        """Return what was counted, by line."""
        answers = {key: self.cleaned_data.get(name) for name, key in self.lines.items()}
        return {key: pieces for key, pieces in answers.items() if pieces is not None}


def checked_moment(at: datetime | None) -> datetime | None:
    """Return a moment that has passed. Raises ValidationError."""
    if at and at > timezone.now() + timedelta(minutes=1):
        raise forms.ValidationError("That moment is still to come.")
    return at


class SheetForm(forms.Form):
    """A count sheet that was filled in."""

    file = forms.FileField(help_text="CSV with the columns sku and counted. At most 5 MB.")
    at = forms.DateTimeField(
        required=False,
        label="Counted at",
        widget=MOMENT,
        help_text="If it was a while ago: what moved since then is taken into account.",
    )

    def clean_at(self) -> datetime | None:
        return checked_moment(self.cleaned_data["at"])


class AddProductsForm(forms.Form):
    """What was found and is not on the list."""

    skus = forms.CharField(label="SKUs", widget=forms.Textarea(attrs={"rows": 4}), help_text="One a line.")

    def clean_skus(self) -> list[int]:
        """Return the products."""
        skus = [line.strip() for line in self.cleaned_data["skus"].splitlines() if line.strip()]
        known = products_by_sku(skus)
        unknown = [sku for sku in skus if sku not in known]
        if unknown:
            raise forms.ValidationError(f"There is no product with the SKU {', '.join(unknown[:5])}.")
        return [known[sku] for sku in skus]


class PostForm(forms.Form):
    """What becomes of lines that nobody counted, and what pieces cost that were found of nothing."""

    def __init__(self, data: Any, *, uncounted: int, unknown: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        self.costs = {f"cost_{key}": key for key, _ in unknown}
        if uncounted:
            self.fields["leave"] = forms.BooleanField(
                label=f"Leave {uncounted} products that were not counted as they are"
            )
        for key, label in unknown:
            self.fields[f"cost_{key}"] = forms.DecimalField(
                label=f"Cost of all {label}",
                min_value=0,
                max_digits=12,
                decimal_places=2,
                initial=0,
                help_text="Nothing of it is here, so there is no average.",
            )

    def given(self) -> dict[int, Any]:
        """Return the cost of pieces found, by line."""
        return {key: self.cleaned_data[name] for name, key in self.costs.items()}
