"""What staff are asked about goods that are found, gone, set aside or scrapped. Nothing is written here."""

from django import forms

from erp.inventory.models import Adjustment

from .floor_forms import warehouses
from .forms import KeyedForm

CONDITIONS = [("damaged", "damaged"), ("quarantine", "in quarantine")]


class CorrectionForm(KeyedForm):
    """Pieces of a product that are found or gone, and why."""

    warehouse = forms.ModelChoiceField(warehouses(), empty_label=None)
    quantity = forms.IntegerField(
        min_value=-1_000_000, max_value=1_000_000, help_text="Pieces found; negative where some are missing."
    )
    code = forms.ChoiceField(
        label="Reason", choices=[choice for choice in Adjustment.Code.choices if choice[0] != "scrapped"]
    )
    reason = forms.CharField(max_length=200, label="Note", help_text="What happened, in your words.")
    cost = forms.DecimalField(
        max_digits=12,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text="What all pieces found have cost together. Without it they take the average.",
    )


class AsideForm(KeyedForm):
    """Pieces of a level that are set aside, or freed again, and why."""

    quantity = forms.IntegerField(min_value=1, max_value=1_000_000)
    condition = forms.ChoiceField(choices=CONDITIONS)
    reason = forms.CharField(max_length=200)


class ScrapForm(KeyedForm):
    """Pieces of a level that are thrown away, and why."""

    quantity = forms.IntegerField(min_value=1, max_value=1_000_000)
    condition = forms.ChoiceField(
        label="Taken from", choices=[("", "what is for sale"), *CONDITIONS], required=False
    )
    reason = forms.CharField(max_length=200)
