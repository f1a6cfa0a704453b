"""How the law taxes a sale, by who sells, where it goes and who buys."""

import pytest

from erp.sales.treatment import Basis, Buyer, Seller, of_goods, of_services, territory, vat_country

pytestmark = pytest.mark.once

GERMAN = Seller("DE")
BY_DESTINATION = Seller("DE", pays_abroad=True)
SMALL = Seller("DE", is_small=True)
SWISS = Seller("CH")

HOME = Buyer("DE")
FRENCH = Buyer("FR")
AMERICAN = Buyer("US")
FRENCH_FIRM = Buyer("FR", vat_country="FR", is_business=True)
GERMAN_FIRM = Buyer("DE", vat_country="DE", is_business=True)
AMERICAN_FIRM = Buyer("US", is_business=True)

CASES = [
    # who sells, who buys, how goods are taxed, and services
    (GERMAN, HOME, Basis("DE"), Basis("DE")),
    (GERMAN, GERMAN_FIRM, Basis("DE"), Basis("DE")),
    (GERMAN, FRENCH, Basis("DE"), Basis("DE")),
    (BY_DESTINATION, FRENCH, Basis("FR"), Basis("FR")),
    (BY_DESTINATION, Buyer("FR", is_business=True), Basis("FR"), Basis("FR")),
    (GERMAN, FRENCH_FIRM, Basis("DE", "K"), Basis("DE", "AE")),
    (BY_DESTINATION, FRENCH_FIRM, Basis("DE", "K"), Basis("DE", "AE")),
    # A French firm that has goods sent to an address here, and one from here that has them sent abroad.
    (GERMAN, Buyer("DE", vat_country="FR", is_business=True), Basis("DE"), Basis("DE", "AE")),
    (BY_DESTINATION, Buyer("FR", vat_country="DE", is_business=True), Basis("DE"), Basis("DE")),
    # A Belgian firm that has them sent to France.
    (GERMAN, Buyer("FR", vat_country="BE", is_business=True), Basis("DE", "K"), Basis("DE", "AE")),
    (GERMAN, AMERICAN, Basis("DE", "G"), Basis("DE")),
    (BY_DESTINATION, AMERICAN, Basis("DE", "G"), Basis("DE")),
    (GERMAN, AMERICAN_FIRM, Basis("DE", "G"), Basis("DE", "O")),
    (GERMAN, Buyer("CH", vat_country="CH", is_business=True), Basis("DE", "G"), Basis("DE", "O")),
    # Northern Ireland: goods as in the EU, services as in the United Kingdom.
    (GERMAN, Buyer("XI", vat_country="XI", is_business=True), Basis("DE", "K"), Basis("DE", "O")),
    (BY_DESTINATION, Buyer("XI"), Basis("XI"), Basis("DE")),
    (SMALL, HOME, Basis("DE", "E"), Basis("DE", "E")),
    (SMALL, FRENCH, Basis("DE", "E"), Basis("DE", "E")),
    (SMALL, FRENCH_FIRM, Basis("DE", "E"), Basis("DE", "AE")),
    (SMALL, AMERICAN, Basis("DE", "E"), Basis("DE", "E")),
    (SMALL, AMERICAN_FIRM, Basis("DE", "E"), Basis("DE", "O")),
    (SWISS, Buyer("CH"), Basis("CH"), Basis("CH")),
    (SWISS, HOME, Basis("CH", "G"), Basis("CH")),
    (SWISS, GERMAN_FIRM, Basis("CH", "G"), Basis("CH", "O")),
]


@pytest.mark.parametrize(("seller", "buyer", "goods", "services"), CASES)
def test_a_sale_is_taxed_as_the_law_says(seller, buyer, goods, services):
    assert (of_goods(seller, buyer), of_services(seller, buyer)) == (goods, services)


@pytest.mark.parametrize(
    ("country", "postcode", "where"),
    [
        ("DE", "10115", "DE"),
        ("DE", "27498", "XH"),
        ("ES", "28001", "ES"),
        ("ES", "35001", "IC"),
        ("FI", "22100", "AX"),
        ("FR", "75001", "FR"),
        ("FR", "97400", "RE"),
        ("GB", "SW1A 1AA", "GB"),
        ("GB", "bt1 5gs", "XI"),
        ("MC", "98000", "FR"),
        ("IT", "23041", "XL"),
        ("US", "", "US"),
    ],
)
def test_some_places_are_taxed_apart_from_their_country(country, postcode, where):
    assert territory(country, postcode) == where


def test_greek_vat_ids_begin_otherwise_than_the_country():
    assert (vat_country("EL094259216"), vat_country("ATU13585627"), vat_country("")) == ("GR", "AT", "")
