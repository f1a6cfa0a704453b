"""What the checkout asks: who and where, then how."""

import re
from dataclasses import asdict
from typing import Any

from django import forms
from oscar.apps.address.abstract_models import AbstractAddress
from oscar.core.loading import get_model

from accounting.refusal import Refusal
from erp.sales import vat_ids
from erp.sales.models import Terms
from erp.sales.sale import Address
from erp.sales.services import snapshot
from shop.answers import Answers

from .shipping import Method, chosen

Country = get_model("address", "Country")
ShippingAddress = get_model("order", "ShippingAddress")


def _text(label: str, autocomplete: str, **kwargs) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=255, widget=widget, **kwargs)


class AddressForm(forms.Form):
    first_name = _text("First name", "given-name")
    last_name = _text("Last name", "family-name")
    company = _text("Company", "organization", required=False)
    line1 = _text("Street and number", "address-line1")
    line2 = _text("Address addition", "address-line2", required=False)
    postcode = forms.CharField(
        label="Postcode", max_length=64, widget=forms.TextInput(attrs={"autocomplete": "postal-code"})
    )
    city = _text("City", "address-level2")
    country = forms.ModelChoiceField(
        label="Country",
        queryset=Country.objects.order_by("-display_order", "printable_name"),
        empty_label=None,
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )

    def clean(self):
        """Check the postcode against what the country's look like."""
        data = super().clean()
        country = data.get("country")
        pattern = AbstractAddress.POSTCODES_REGEX.get(country.pk) if country else None
        postcode = data.get("postcode", "").upper().replace(" ", "")
        if postcode and pattern and not re.match(pattern, postcode):
            self.add_error("postcode", f"This is not a postcode of {country.printable_name}.")
        return data

    @property
    def address(self) -> Address:
        data = self.cleaned_data
        return Address(
            **{name: data[name] for name in AddressForm.base_fields} | {"country": data["country"].pk}
        )


class ShippingForm(AddressForm):
    """Where the goods go, whom we write to, and whether the invoice goes elsewhere."""

    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    vat_id = forms.CharField(
        label="VAT id of the company",
        max_length=40,
        required=False,
        help_text="Of the country of the invoice's address.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    other_bill_to = forms.BooleanField(label="The invoice goes to another address", required=False)
    field_order = ("email",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["country"].queryset = self.fields["country"].queryset.filter(is_shipping_country=True)


class AddressForms:
    """The two forms of the first screen. Somebody with an account is not asked for an e-mail address."""

    vat_id = ""
    vat_evidence = ""

    def __init__(self, data: Any, *, answers: Answers, user: Any, own_vat_id: str = ""):
        self.own_vat_id = own_vat_id
        self.account_email = user.email if user.is_authenticated else ""
        first = {"email": answers.email, "other_bill_to": answers.bill_to is not None}
        first |= {"vat_id": answers.vat_id}
        first |= asdict(answers.ship_to) if answers.ship_to else _known_of(user)
        self.ship = ShippingForm(data, initial=first)
        self.bill = AddressForm(
            data, prefix="bill", initial=asdict(answers.bill_to) if answers.bill_to else {}
        )
        if self.account_email:
            del self.ship.fields["email"]

    def are_valid(self) -> bool:
        """Whether all is well; what is wrong with the VAT id is said at its field."""
        are_complete = self.ship.is_valid() and (
            not self.ship.cleaned_data["other_bill_to"] or self.bill.is_valid()
        )
        return are_complete and self._vat_id_is_valid()

    def _vat_id_is_valid(self) -> bool:
        entered, billed = self.ship.cleaned_data["vat_id"], self.bill_to or self.ship_to
        if not entered:
            return True
        if not billed.company:
            self.ship.add_error("vat_id", "A VAT id belongs to a company: please name it with the address.")
            return False
        name = Country.objects.get(pk=billed.country).printable_name
        try:
            self.vat_id = vat_ids.written(entered, country=billed.country, name=name)
            self.vat_evidence = vat_ids.asked(self.vat_id, own=self.own_vat_id)
        except Refusal as refusal:
            self.ship.add_error("vat_id", str(refusal))
        return not self.ship.errors

    @property
    def email(self) -> str:
        return self.account_email or self.ship.cleaned_data["email"]

    @property
    def ship_to(self) -> Address:
        return self.ship.address

    @property
    def bill_to(self) -> Address | None:
        return self.bill.address if self.ship.cleaned_data["other_bill_to"] else None


class DeliveryForm(forms.Form):
    """How it is sent, and how it is paid."""

    shipping = forms.ChoiceField(label="Delivery", widget=forms.RadioSelect)
    payment = forms.ChoiceField(label="Payment", widget=forms.RadioSelect)

    def __init__(self, *args, methods: list[Method], providers: list, answers: Answers, **kwargs):
        first = {
            "shipping": chosen(methods, answers.shipping).code,
            "payment": answers.payment or providers[0].code,
        }
        super().__init__(*args, initial=first, **kwargs)
        self.methods = methods
        self.providers = providers
        self.fields["shipping"].choices = [(method.code, method.name) for method in methods]
        self.fields["payment"].choices = [(provider.code, provider.name) for provider in providers]


def _known_of(user: Any) -> dict[str, str]:
    """Return where somebody with an account had the latest order sent, else what the account says."""
    if not user.is_authenticated:
        return {}
    latest = ShippingAddress.objects.filter(order__user=user).order_by("-pk").first()
    address = latest or user.addresses.order_by("-is_default_for_shipping", "pk").first()
    if not address:
        return {"first_name": user.first_name, "last_name": user.last_name}
    terms = Terms.objects.filter(order__user=user).order_by("-order_id").first()
    return snapshot(address) | {"vat_id": terms.vat_id if terms else ""}
