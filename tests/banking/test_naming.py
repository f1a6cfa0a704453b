"""Numbers are found in what people write with a transfer, as whole words, however they write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erp.banking import naming
from tests.chain.scenes import place
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.once


def words(text):
    return [found.word for found in naming.candidates(text)]


@pytest.mark.parametrize(
    "text",
    [
        "26-ABCD2345",
        "26-abcd2345",
        "26 ABCD2345",
        "26ABCD2345",
        "26-ABCD 2345",
        "26-ABCD2345.",
        "Order 26-ABCD2345, thank you",
        "order:26_abcd2345/ada",
        "SVWZ+26-ABCD2345+ABWA",
        "#26-ABCD2345#",
    ],
)
def test_a_number_is_found_however_it_is_written(text):
    assert "26ABCD2345" in words(text)


@pytest.mark.parametrize(
    "text",
    [
        "26-ABCD23456",
        "126-ABCD2345",
        "X26ABCD2345",
        "26-ABCD2345X",
        "2026-26-ABCD2345",
        "26-ABCD2345-7",
        "26-ABCD2",
    ],
)
def test_a_number_is_not_found_inside_another(text):
    assert "26ABCD2345" not in words(text)


def test_ab_1_does_not_stand_in_ab_12():
    assert "AB1" in words("for AB-1")
    assert "AB1" not in words("for AB-12")
    assert "AB1" not in words("for AB-1-2")


letters = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=4, max_size=10)


@settings(max_examples=100, deadline=None)
@given(letters, st.sampled_from(["", "-", " ", "/", "_"]), st.text(" ,;:/abc", max_size=10))
def test_any_number_is_found_between_other_words(number, between, around):
    written = f"26{between}{number}"
    assert f"26{number}" in words(f"{around} {written} {around}")


@pytest.mark.django_db
class TestKnownNumbers:
    def order(self, number):
        return place(sale_line(ProductFactory(stock=(5, "1.00"))), key=number, number=number)

    def named(self, text):
        return {key for keys in naming.find([text])[text].values() for key in keys}

    def test_orders_and_invoices_lead_to_their_order(self):
        order = self.order("AB-12")
        [invoice] = order.invoices.all()
        assert self.named("for ab12") == self.named(f"re {invoice.number}") == {order.pk}
        assert self.named("for AB-1") == self.named("nothing") == set()

    def test_the_tail_of_an_invoice_number_is_no_order(self):
        order, other = self.order("AB-12"), self.order("000001")
        [invoice] = order.invoices.all()
        assert invoice.number.endswith("000001")
        assert self.named(f"pays {invoice.number}") == {order.pk}
        assert self.named("pays 000001") == {other.pk}

    def test_where_a_space_may_belong_to_the_number_or_not_both_are_named(self):
        short, long = self.order("AB-1"), self.order("AB-12")
        assert self.named("AB-1 2") == {short.pk, long.pk}
        assert self.named("AB-12") == {long.pk}
