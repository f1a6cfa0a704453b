"""What the company, its automation and its ways of shipping may be set to. Nothing is written here."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from oscar.core.loading import get_model
from stdnum import bic, iban
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as NotANumber

from accounting.refusal import Refusal
from erp.documents.logo import check_logo
from erp.documents.models import Company
from erp.invoicing import providers

Country = get_model("address", "Country")
OrderAndItemCharges = get_model("shipping", "OrderAndItemCharges")

LONGEST = 3650  # days: beyond ten years a wish is a slip of the finger
DAYS = ("payment_days", "guest_link_days", "reminder_days")
PRICES = ("price_per_order", "price_per_item", "free_shipping_threshold")


class CompanyForm(forms.ModelForm):
    """Who sells. Customers transfer money to what stands here, so that slips are found out."""

    class Meta:
        model = Company
        fields = (
            "country",
            "vat_id",
            "iban",
            "bic",
            "logo",
            "hold_minutes",
            "pending_minutes",
            "cod_fee",
            "adjustment_limit",
            "entry_limit",
            *DAYS,
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.fields:  # somebody who may only look
            return
        countries = Country.objects.order_by("printable_name").values_list("pk", "printable_name")
        self.fields["country"] = forms.ChoiceField(choices=countries)
        for name in ("cod_fee", "adjustment_limit", "entry_limit"):
            self.fields[name].validators.append(MinValueValidator(0))
        self.fields["hold_minutes"].validators.append(MaxValueValidator(1440))
        self.fields["pending_minutes"].validators += [MinValueValidator(5), MaxValueValidator(1440)]
        for name in DAYS:
            self.fields[name].validators.append(MaxValueValidator(LONGEST))

    def clean_iban(self) -> str:
        return checked(self.cleaned_data["iban"], iban.validate, "This is no IBAN: look for a slip.")

    def clean_logo(self) -> Any:
        """Refuse what papers could not show. A logo that was there before was looked at before."""
        logo = self.cleaned_data["logo"]
        if "logo" in self.changed_data and logo:
            try:
                check_logo(logo.read())
            except Refusal as refusal:
                raise forms.ValidationError(str(refusal)) from None
            logo.seek(0)
        return logo

    def clean_bic(self) -> str:
        return checked(self.cleaned_data["bic"], bic.validate, "This is no BIC: it has 8 or 11 characters.")

    def clean(self) -> dict[str, Any]:
        """Refuse a VAT id of the European Union that was mistyped. Others are taken as they are."""
        answer = super().clean() or self.cleaned_data
        number = answer.get("vat_id", "")
        if number[:2].lower() in vat.MEMBER_STATES | {"el"} and not vat.is_valid(number):
            self.add_error("vat_id", "There is no such VAT id: look for a slip.")
        return answer


class AutomationForm(forms.ModelForm):
    """A rule for one way to pay, or for all."""

    payment_method = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.fields:  # somebody who may only look
            return
        known = [(provider.code, provider.name) for provider in providers.available()]
        self.fields["payment_method"].choices = [("", "All"), *known]  # type: ignore[attr-defined]


class ShippingForm(forms.ModelForm):
    """A way of shipping. No parcel pays the customer: a price below zero could not be taxed."""

    class Meta:
        model = OrderAndItemCharges
        fields = (*PRICES, "name", "description", "countries")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & set(PRICES):  # who may only look has no fields
            self.fields[name].validators.append(MinValueValidator(0))
            self.fields[name].widget.attrs["min"] = 0


def checked(text: str, validate: Callable[[str], str], sentence: str) -> str:
    """Return a number as its rule writes it, nothing for nothing. Raises ValidationError with a sentence."""
    try:
        return validate(text) if text else ""
    except NotANumber:
        raise forms.ValidationError(sentence) from None
