"""Which tax code holds: the country's own, on the day it is asked for."""

from datetime import date
from decimal import Decimal

import pytest

from accounting.models import TaxCode
from erp.sales.models import TaxClass, TaxRule
from erp.sales.seed import seed
from erp.sales.taxes import NoTaxRule, classify, tax_table
from erp.sales.treatment import EU
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)


@pytest.fixture
def change_of_rate():
    """Home raises its rate on the first of July, and says so beforehand."""
    standard = TaxClass.objects.get(code="standard")
    TaxCode.objects.filter(code="DE-S-19").update(valid_to=JUNE)
    raised = TaxCode.objects.create(
        code="DE-S-21", name="VAT 21 %", country="DE", category="S", rate=Decimal(21), valid_from=JULY
    )
    TaxRule.objects.create(tax_class=standard, country="DE", tax_code=raised)


def code(product, *, country="DE", on=JULY):
    return tax_table(country=country, on=on).code_for(product).code


def test_a_change_of_rate_can_be_prepared(change_of_rate):
    product = ProductFactory()
    assert code(product, on=JUNE) == "DE-S-19"
    assert code(product, on=JULY) == "DE-S-21"


def test_of_two_codes_that_hold_the_newer_one_is_taken(change_of_rate):
    TaxCode.objects.filter(code="DE-S-19").update(valid_to=None)
    assert code(ProductFactory()) == "DE-S-21"


def test_a_countrys_own_rule_goes_before_the_general_one(change_of_rate):
    export = TaxCode.objects.get(code="DE-G-0")
    TaxRule.objects.create(tax_class=TaxClass.objects.get(code="standard"), country="US", tax_code=export)
    assert code(ProductFactory(), country="US") == "DE-G-0"
    assert code(ProductFactory(), country="CA") == "ZZ-O-0"


def test_a_product_has_its_class_or_the_default():
    product = ProductFactory()
    classify(product, TaxClass.objects.get(code="reduced"))
    assert code(product) == "DE-S-7"
    classify(product, None)
    product.refresh_from_db()
    assert code(product) == "DE-S-19"


def test_goods_that_no_rule_covers_are_not_sold():
    TaxRule.objects.all().delete()
    with pytest.raises(NoTaxRule, match="is taxed in DE"):
        code(ProductFactory())


SEEDED = [
    # country, last day of the old rate and what it was, first day of the new one
    ("DE", "standard", "2020-06-30", "19", "2020-07-01", "16"),
    ("DE", "standard", "2020-12-31", "16", "2021-01-01", "19"),
    ("DE", "reduced", "2020-12-31", "5", "2021-01-01", "7"),
    ("EE", "standard", "2023-12-31", "20", "2024-01-01", "22"),
    ("EE", "standard", "2025-06-30", "22", "2025-07-01", "24"),
    ("FI", "standard", "2024-08-31", "24", "2024-09-01", "25.5"),
    ("FI", "reduced", "2025-12-31", "14", "2026-01-01", "13.5"),
    ("SK", "standard", "2024-12-31", "20", "2025-01-01", "23"),
    ("SK", "reduced", "2024-12-31", "10", "2025-01-01", "19"),
    ("SK", "super-reduced", "2024-12-31", "10", "2025-01-01", "5"),
    ("RO", "standard", "2025-07-31", "19", "2025-08-01", "21"),
    ("RO", "reduced", "2025-07-31", "9", "2025-08-01", "11"),
    ("RO", "super-reduced", "2025-07-31", "5", "2025-08-01", "11"),
    ("LT", "reduced", "2025-12-31", "9", "2026-01-01", "12"),
    ("CZ", "reduced", "2023-12-31", "15", "2024-01-01", "12"),
    ("LU", "standard", "2023-12-31", "16", "2024-01-01", "17"),
    ("IE", "standard", "2021-02-28", "21", "2021-03-01", "23"),
    ("NL", "reduced", "2018-12-31", "6", "2019-01-01", "9"),
    ("CH", "standard", "2023-12-31", "7.7", "2024-01-01", "8.1"),
    ("LI", "reduced", "2023-12-31", "2.5", "2024-01-01", "2.6"),
]


@pytest.mark.parametrize(("country", "kind", "last", "was", "first", "then"), SEEDED)
def test_a_rate_changes_from_one_day_to_the_next(country, kind, last, was, first, then):
    product = ProductFactory()
    classify(product, TaxClass.objects.get(code=kind))
    rates = [
        tax_table(country=country, on=date.fromisoformat(day)).code_for(product).rate for day in (last, first)
    ]
    assert rates == [Decimal(was), Decimal(then)]


TODAY = {
    "AT": "20 10", "BE": "21 6", "BG": "20 9", "HR": "25 13", "CY": "19 5", "CZ": "21 12", "DK": "25 25",
    "EE": "24 9", "FI": "25.5 13.5", "FR": "20 5.5", "DE": "19 7", "GR": "24 13", "HU": "27 18",
    "IE": "23 13.5", "IT": "22 10", "LV": "21 12", "LT": "21 12", "LU": "17 8", "MT": "18 5", "NL": "21 9",
    "PL": "23 8", "PT": "23 6", "RO": "21 11", "SK": "23 19", "SI": "22 9.5", "ES": "21 10", "SE": "25 12",
    "GB": "20 5", "CH": "8.1 2.6", "US": "0 0",
}  # fmt: skip


@pytest.mark.parametrize("country", TODAY)
def test_every_country_has_its_rates(country):
    assert set(TODAY) >= EU
    table = tax_table(country=country, on=date(2026, 3, 2))
    classes = TaxClass.objects.in_bulk(field_name="code")
    rates = [table.codes[classes[name].pk].rate for name in ("standard", "reduced")]
    assert rates == [Decimal(rate) for rate in TODAY[country].split()]
    assert table.codes[classes["super-reduced"].pk].rate <= rates[1]


def test_seeding_again_adds_what_begins_later_and_brings_back_nothing_older():
    estonian = TaxRule.objects.filter(country="EE", tax_class__code="standard")
    estonian.filter(tax_code__code="EE-S-22").delete()
    TaxRule.objects.filter(country="SK", tax_code__code="SK-S-23").delete()
    seed()
    assert set(estonian.values_list("tax_code__code", flat=True)) == {"EE-S-20", "EE-S-24"}
    assert TaxRule.objects.filter(country="SK", tax_code__code="SK-S-23").exists()
