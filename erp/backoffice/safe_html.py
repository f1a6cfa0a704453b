"""Texts with markup that staff write and the shop shows as they are: made harmless when saved."""

import nh3
from django import forms


def harmless_markup(html: str) -> str:
    """Return markup without scripts, styles, events and foreign frames."""
    return nh3.clean(html)


class HarmlessMarkup(forms.CharField):
    """A text whose markup is harmless once it is cleaned."""

    widget = forms.Textarea

    def clean(self, value: str) -> str:
        return harmless_markup(super().clean(value))
