"""Who the demo company is, and where it ships to."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.contrib.sites.models import Site
from django.db import transaction
from oscar.core.loading import get_model

from erp.delivery.models import Carrier
from erp.documents.models import Company

Country = get_model("address", "Country")

NAME = "Linden & Quince"
# The IBAN is the example that banks print in their own documentation.
DETAILS = {
    "name": "Linden & Quince GmbH",
    "address": "Lindenhof 7\n04277 Leipzig",
    "country": "DE",
    "email": "hello@lindenquince.example",
    "phone": "+49 341 5550 1234",
    "vat_id": "DE123456788",
    "tax_number": "231/456/78901",
    "legal_notice": "Managing directors: Quinn Linden, Lin Quince\nDistrict court of Leipzig, HRB 12345",
    "vat_abroad": "destination",
    "cod_fee": Decimal("4.90"),
    "bank_name": "Bank of the Linden",
    "iban": "DE89370400440532013000",
    "bic": "COBADEFFXXX",
    "datev_consultant": "1001",
    "datev_client": "1",
}
CARRIER, FOLLOWED_AT = "Linden Post", "https://parcels.lindenpost.example/{number}"
SHIPS_TO = ("DE", "AT", "BE", "FR", "NL", "GB", "CH", "US")


@transaction.atomic
def load(say: Callable[[str], None], *, today: date) -> None:
    """Name the company and open the countries it ships to."""
    if Company.objects.filter(pk=1, name=DETAILS["name"]).exists():
        return
    say("company details")
    Company.objects.update_or_create(pk=1, defaults=DETAILS)
    Carrier.objects.get_or_create(name=CARRIER, defaults={"tracking_url": FOLLOWED_AT})
    Site.objects.filter(pk=1).update(name=NAME)
    Country.objects.filter(pk__in=SHIPS_TO).update(is_shipping_country=True)
