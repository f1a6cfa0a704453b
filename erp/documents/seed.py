"""What an empty company needs to begin with: the site, the countries, and a name to be changed."""

from babel import Locale
from django.contrib.sites.models import Site
from oscar.core.loading import get_model

from .models import Company

# Territories of the CLDR that are not countries of ISO 3166.
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
HOME = "DE"
HERE = {"domain": "127.0.0.1:8000", "name": "Shop"}


def seed(**kwargs) -> None:
    """Add what is missing, change nothing that is there. Run after every migrate."""
    Site.objects.get_or_create(pk=1, defaults=HERE)
    Site.objects.filter(pk=1, domain="example.com").update(**HERE)  # what Django itself begins with
    Company.objects.get_or_create(
        pk=1,
        defaults={
            "name": "Your company",
            "address": "Street 1\n10115 Berlin",
            "country": HOME,
            "email": "shop@example.com",
        },
    )
    _seed_countries()


def _seed_countries() -> None:
    Country = get_model("address", "Country")
    known = set(Country.objects.values_list("pk", flat=True))
    names = Locale("en").territories
    codes = {str(code) for code in names if len(str(code)) == 2 and str(code).isalpha()} - NO_COUNTRIES
    Country.objects.bulk_create(
        Country(
            iso_3166_1_a2=code,
            printable_name=names[code],
            name=names[code],
            is_shipping_country=code == HOME,
            display_order=int(code == HOME),
        )
        for code in sorted(codes - known)
    )
