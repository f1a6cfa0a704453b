"""What an account asks for, and what is asked of somebody who gives goods back."""

import secrets

from django import forms
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password

from . import mails

User = get_user_model()


def _password(label: str, autocomplete: str, **kwargs) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, widget=widget, **kwargs)


def refuse_known_email(email: str, *, but: int | None = None) -> str:
    """Return an e-mail address that no other account has, else raise ValidationError."""
    if User.objects.filter(email__iexact=email).exclude(pk=but).exists():
        raise forms.ValidationError("There is already an account with this e-mail address.")
    return email


class LoginForm(auth_forms.AuthenticationForm):
    """Login by e-mail address; staff also by user name."""

    error_messages = {
        "invalid_login": "E-mail address and password do not belong together.",
        "inactive": "This account is closed.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"


class RegisterForm(forms.ModelForm):
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = _password("Password", "new-password", help_text="At least 8 characters.")

    class Meta:
        model = User
        fields = ("email", "first_name", "last_name")

    def clean_email(self) -> str:
        return refuse_known_email(self.cleaned_data["email"])

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"], self.instance)
        return self.cleaned_data["password"]

    def save(self, commit=True):
        self.instance.username = secrets.token_urlsafe(22)
        self.instance.set_password(self.cleaned_data["password"])
        return super().save(commit)


class ProfileForm(forms.ModelForm):
    """Name and e-mail address. A new address needs the password: whoever has it can reset the password."""

    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = _password(
        "Current password", "current-password", required=False, help_text="Only to change the e-mail address."
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")

    def clean_email(self) -> str:
        return refuse_known_email(self.cleaned_data["email"], but=self.instance.pk)

    def clean(self):
        data = super().clean()
        changed = "email" in data and data["email"] != self.initial["email"]
        if changed and not self.instance.check_password(data.get("password", "")):
            self.add_error("password", "Please enter your current password to change the e-mail address.")
        return data


class PasswordResetForm(auth_forms.PasswordResetForm):
    """Sends the link by the outbox: a mail server that is down loses nothing.

    Where there is no such account a row is written too, for nobody: it takes as long.
    """

    def save(self, *, request, **options):
        for user in list(self.get_users(self.cleaned_data["email"])) or [None]:
            mails.ask_for_password_reset(user, at=request.build_absolute_uri("/"))


class PiecesForm(forms.Form):
    """How many pieces of delivered lines. Sent twice it is one wish: the key says so.

    What is on its way back is not offered, but taken when sent: of a form sent twice the chain knows the key.
    """

    key = forms.CharField(max_length=40, widget=forms.HiddenInput, initial=lambda: secrets.token_urlsafe(16))

    def __init__(self, data, *, lines):
        super().__init__(data)
        self.lines = {f"line_{line.pk}": line for line in lines if data or line.can_come_back}
        for name, line in self.lines.items():
            self.fields[name] = forms.IntegerField(
                label=line.title,
                min_value=0,
                max_value=line.quantity,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                help_text=f"of {line.can_come_back}",
            )

    def piece_fields(self):
        """Return the fields of lines of which something can come back."""
        return [self[name] for name, line in self.lines.items() if line.can_come_back]

    def quantities(self) -> dict[int, int]:
        """Return the chosen pieces by delivery line."""
        chosen = {line.pk: self.cleaned_data.get(name) or 0 for name, line in self.lines.items()}
        return {key: pieces for key, pieces in chosen.items() if pieces}


class SendBackForm(PiecesForm):
    """Which pieces are to come back, and why."""

    REASONS = (
        "I changed my mind",
        "It arrived damaged",
        "It does not work",
        "It is not what I ordered",
        "Another reason",
    )
    why = forms.ChoiceField(label="Reason", choices=[(words, words) for words in REASONS])
    words = forms.CharField(label="What else we should know", max_length=200, required=False)

    def clean(self):
        data = super().clean()
        if not self.errors and not self.quantities():
            raise forms.ValidationError("Please choose what you would like to send back.")
        return data

    def reason(self) -> str:
        return ": ".join(part for part in (self.cleaned_data["why"], self.cleaned_data["words"]) if part)


class WithdrawForm(PiecesForm):
    """From what a consumer withdraws: the whole order, or pieces of it. No reason is asked for."""

    WHOLE, PARTS = "whole", "parts"
    scope = forms.ChoiceField(
        label="I withdraw from",
        choices=[(WHOLE, "the whole order"), (PARTS, "these pieces of it:")],
        initial=WHOLE,
        widget=forms.RadioSelect,
    )

    def clean(self):
        data = super().clean()
        if not self.errors and data.get("scope") == self.PARTS and not self.quantities():
            raise forms.ValidationError("Please say how many pieces, or choose the whole order.")
        return data

    def pieces(self) -> dict[int, int] | None:
        """Return the chosen pieces by delivery line; None stands for the whole order."""
        return self.quantities() if self.cleaned_data["scope"] == self.PARTS else None


class FindOrderForm(forms.Form):
    """Which order a guest means. The answer is the same whether it is there or not."""

    number = forms.CharField(label="Order number", max_length=128)
    email = forms.EmailField(
        label="E-mail address of the order", widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
