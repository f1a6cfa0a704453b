"""Checks a customer's VAT id: how it is written, whose it is, and by choice whether a register knows it.

The register is asked by the function that settings.VAT_ID_CHECK names, never inside a transaction:

    def check(vat_id: str, *, own: str) -> str

It returns what the register answered, to be kept as evidence, and raises Refusal where the id is not valid
and OSError where nobody answers. Then settings.VAT_ID_CHECK_MUST_ANSWER decides whether the id is taken.
"""

import unicodedata
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from stdnum import get_cc_module
from stdnum.eu import vat as of_the_eu
from stdnum.exceptions import ValidationError

from accounting.refusal import Refusal

from .treatment import EU, EU_OF_GOODS, NORTHERN_IRELAND, PREFIXES, vat_country

LONGEST = 20


class VatIdRefused(Refusal):
    """A VAT id that cannot be: mistyped, another country's, or not known to its register."""


def written(vat_id: str, *, country: str, name: str) -> str:
    """Return a VAT id as it is kept: capitals and digits, its country first.

    `country` is that of the invoice's address, by code and by name. Raises VatIdRefused.
    """
    text = "".join(sign for sign in unicodedata.normalize("NFKC", vat_id).upper() if sign.isalnum())
    own = {country, NORTHERN_IRELAND} if country == "GB" else {country}
    if vat_country(text) in EU_OF_GOODS - own:
        raise VatIdRefused(f"This VAT id is not of {name}, the country of the invoice's address.")
    if country in EU or text.startswith(NORTHERN_IRELAND):
        number = text.removeprefix(country) if vat_country(text) in own else text
        is_whole = number[:2] in ("EL", NORTHERN_IRELAND)
        return _checked(of_the_eu, number if is_whole else f"{_prefix(country)}{number}", name=name)
    module = get_cc_module(country.lower(), "vat")
    if module is None:
        raise VatIdRefused(f"We cannot check VAT ids of {name}. Please leave the field empty.")
    number = _checked(module, text, name=name)
    return number if number.startswith(country) else f"{country}{number}"


def asked(vat_id: str, *, own: str) -> str:
    """Ask the register, if one is named, and return its answer. Raises VatIdRefused."""
    if not settings.VAT_ID_CHECK:
        return ""
    try:
        return import_string(settings.VAT_ID_CHECK)(vat_id, own=own)
    except OSError:
        if settings.VAT_ID_CHECK_MUST_ANSWER:
            raise VatIdRefused(
                "The register of VAT ids does not answer at the moment. Please try again later, "
                "or order without a VAT id."
            ) from None
        return "The register did not answer."


def _prefix(country: str) -> str:
    return next((prefix for prefix, of in PREFIXES.items() if of == country), country)


def _checked(module: Any, text: str, *, name: str) -> str:
    try:
        number = module.validate(text) if text.isascii() and len(text) <= LONGEST else ""
    except ValidationError:
        number = ""
    if not number:
        raise VatIdRefused(f"This is not a VAT id of {name}: please look for a slip.")
    return number
