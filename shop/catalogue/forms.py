"""What can be asked on a product's page."""

from django import forms

WHOLE = "Please enter how many you want as a whole number, 1 or more."


class AddForm(forms.Form):
    """How many of a product, and which variant of it."""

    quantity = forms.IntegerField(
        initial=1, min_value=1, error_messages=dict.fromkeys(("required", "invalid", "min_value"), WHOLE)
    )
    variant = forms.TypedChoiceField(
        coerce=int, error_messages=dict.fromkeys(("required", "invalid_choice"), "Please choose a variant.")
    )

    def __init__(self, *args, choices, **kwargs):
        """Take what can be bought (`shop.catalogue.product.Choice`). One alone need not be chosen."""
        super().__init__(*args, **kwargs)
        self.choices = {choice.product.pk: choice for choice in choices}
        self.fields["variant"].choices = [(key, choice.name) for key, choice in self.choices.items()]
        if len(choices) == 1:
            self.fields["variant"].required = False

    @property
    def chosen(self):
        return self.choices[self.cleaned_data["variant"] or next(iter(self.choices))]
