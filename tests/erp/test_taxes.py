"""Which tax code holds: the country's own, on the day it is asked for."""

from datetime import date
from decimal import Decimal

import pytest

from accounting.models import TaxCode
from erp.sales.models import TaxClass, TaxRule
from erp.sales.taxes import NoTaxRule, classify, tax_table
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
    TaxRule.objects.create(tax_class=standard, tax_code=raised)


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
    assert code(ProductFactory(), country="FR") == "DE-S-21"


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
