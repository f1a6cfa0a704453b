"""The country that a name means, as two letters of ISO 3166."""

from functools import lru_cache

from babel import Locale
from oscar.core.loading import get_model

Country = get_model("address", "Country")

# Names in common use that the CLDR does not have. Of the Channel Islands, Jersey trades most.
ALIASES = {
    "channel islands": "JE",
    "czech republic": "CZ",
    "eire": "IE",
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "hong kong": "HK",
    "korea": "KR",
    "macedonia": "MK",
    "northern ireland": "GB",
    "rsa": "ZA",
    "russian federation": "RU",
    "scotland": "GB",
    "turkey": "TR",
    "uae": "AE",
    "uk": "GB",
    "usa": "US",
    "united states of america": "US",
    "wales": "GB",
}


def country_code(name: str) -> str | None:
    """Return the code of a country by its English name, an alias or its code; None for any other word."""
    return names().get(name.strip().casefold())


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """Return the codes of all countries that an address may have, by every name they go by."""
    codes = set(Country.objects.values_list("pk", flat=True))
    territories = Locale("en").territories
    found = {territories[code].casefold(): code for code in codes if code in territories}
    found |= {code.casefold(): code for code in codes}
    return found | {name: code for name, code in ALIASES.items() if code in codes}
