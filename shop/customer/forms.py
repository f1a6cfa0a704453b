"""What an account asks for."""

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
    """Sends the link by the outbox: a mail server that is down loses nothing."""

    def save(self, *, request, **options):
        for user in self.get_users(self.cleaned_data["email"]):
            mails.ask_for_password_reset(user, at=request.build_absolute_uri("/"))
