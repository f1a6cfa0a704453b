"""How the law taxes a sale: by who sells, where it goes and who buys. Pure: knows no database.

The answer is a basis: the rates of a country, or one of the categories under which no VAT is charged.
Articles are those of Directive 2006/112/EC.
"""

from dataclasses import dataclass

EU = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()  # noqa: SIM905
)
NORTHERN_IRELAND = "XI"  # as the EU calls it: its goods are the EU's, its services the United Kingdom's
EU_OF_GOODS = EU | {NORTHERN_IRELAND}
PREFIXES = {"EL": "GR"}  # where a VAT id begins otherwise than the country's code

# Places of a country (postcodes that begin so) that its VAT does not reach, or another one's does.
APART = {
    "DE": {"27498": "XH", "78266": "XB"},  # Heligoland, Büsingen
    "ES": {"35": "IC", "38": "IC", "51": "EA", "52": "EA"},  # Canary Islands; Ceuta and Melilla
    "FI": {"22": "AX"},  # Åland
    "FR": {
        "971": "GP",
        "972": "MQ",
        "973": "GF",
        "974": "RE",
        "975": "PM",
        "976": "YT",
        "977": "BL",
        "978": "MF",
    },
    "GB": {"BT": NORTHERN_IRELAND},
    "GR": {"63086": "XM"},  # Mount Athos
    "IT": {"23041": "XL"},  # Livigno
}
UNITED = {"MC": "FR", "IM": "GB"}  # Monaco and the Isle of Man are taxed with their neighbours (Article 7)


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells: from where, under which scheme, and whose VAT consumers abroad pay."""

    country: str
    is_small: bool = False
    pays_abroad: bool = False


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys. `vat_country` is where the VAT id is from, if there is one."""

    territory: str
    vat_country: str = ""
    is_business: bool = False


@dataclass(frozen=True, slots=True)
class Basis:
    """By which VAT something is sold: a country's rates, or (with a category) none."""

    country: str
    category: str = ""

    @property
    def is_taxed(self) -> bool:
        return not self.category


def territory(country: str, postcode: str) -> str:
    """Return where an address lies in the eyes of VAT: mostly its country."""
    code = postcode.replace(" ", "").upper()
    apart = (place for start, place in APART.get(country, {}).items() if code.startswith(start))
    return next(apart, UNITED.get(country, country))


def vat_country(vat_id: str) -> str:
    """Return the country that a VAT id is from."""
    return PREFIXES.get(vat_id[:2], vat_id[:2])


def of_goods(seller: Seller, buyer: Buyer) -> Basis:
    """Return how goods are taxed that leave the seller's country, or stay in it."""
    home = Basis(seller.country)
    if seller.is_small:
        return Basis(seller.country, "E")  # Article 284; Article 139 keeps it from Article 138
    if buyer.territory == seller.country:
        return home
    if seller.country not in EU or buyer.territory not in EU_OF_GOODS:
        return Basis(seller.country, "G")  # Article 146
    if buyer.vat_country in EU_OF_GOODS - {seller.country}:
        return Basis(seller.country, "K")  # Article 138
    is_consumer = not buyer.vat_country
    return Basis(buyer.territory) if is_consumer and seller.pays_abroad else home  # Articles 32, 33, 59c


def of_services(seller: Seller, buyer: Buyer) -> Basis:
    """Return how services are taxed: where a business is established, where a consumer lives, or at home."""
    inside_eu = seller.country in EU
    if inside_eu and buyer.vat_country in EU - {seller.country}:
        return Basis(seller.country, "AE")  # Articles 44 and 196
    is_abroad = buyer.territory != seller.country
    if is_abroad and buyer.is_business and not (inside_eu and buyer.territory in EU):
        return Basis(seller.country, "O")  # Article 44
    if seller.is_small:
        return Basis(seller.country, "E")
    is_consumer_abroad = is_abroad and not buyer.vat_country and buyer.territory in EU
    if inside_eu and is_consumer_abroad and seller.pays_abroad:
        return Basis(buyer.territory)  # Article 58
    return Basis(seller.country)  # Article 45
