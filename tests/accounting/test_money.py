"""Amounts: exact in Python, exact in the database, and never a float."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Avg, Case, Exists, F, OuterRef, Subquery, Sum, Value, When
from hypothesis import given
from hypothesis import strategies as st

from accounting.models import JournalLine, OpenItem
from accounting.money import ZERO, MoneyField, from_minor, minor, money, money_value, rhu, spread

cents = st.integers(-(10**14), 10**14)
amounts = cents.map(from_minor)


@pytest.mark.parametrize(
    ("given_as", "rounded"),
    [("1.005", "1.01"), ("-1.005", "-1.01"), ("1.0049", "1.00"), (7, "7.00"), ("1e3", "1000.00")],
)
def test_money_is_rounded_half_up(given_as, rounded):
    assert str(money(given_as)) == rounded


@pytest.mark.parametrize("wrong", [1.1, True, None, b"1"])
def test_money_is_not_made_from_a_float(wrong):
    with pytest.raises(TypeError):
        money(wrong)


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "-Infinity"])
def test_money_is_finite(wrong):
    with pytest.raises(ValueError, match="not an amount"):
        money(wrong)


@given(cents)
def test_minor_units_are_the_same_amount(number):
    assert minor(from_minor(number)) == number
    assert str(from_minor(number)) == str(money(from_minor(number)))


def test_part_of_a_cent_has_no_minor_units():
    with pytest.raises(ValueError, match="whole number of cents"):
        minor(Decimal("0.001"))
    with pytest.raises(TypeError):
        minor(0.5)


@given(st.integers(-(10**12), 10**12), st.integers(-(10**6), 10**6).filter(bool))
def test_integers_divide_as_decimals_round(numerator, denominator):
    exact = Fraction(numerator, denominator)
    nearest = rhu(numerator, denominator)
    assert abs(nearest - exact) <= Fraction(1, 2)
    if abs(nearest - exact) == Fraction(1, 2):
        assert abs(nearest) > abs(exact)


@given(amounts, st.lists(st.integers(0, 10**9).map(from_minor), min_size=1, max_size=30))
def test_a_spread_adds_up_and_each_part_is_within_a_cent(total, weights):
    parts = spread(total, weights)
    assert sum(parts) == total
    if whole := sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(Fraction(part) - Fraction(total) * Fraction(weight) / Fraction(whole)) < Fraction(
                1, 100
            )


def test_equal_remainders_go_to_the_earlier():
    assert spread(Decimal("0.02"), [Decimal(1)] * 3) == [Decimal("0.01"), Decimal("0.01"), ZERO]
    assert spread(Decimal("-0.02"), [Decimal(1)] * 3) == [Decimal("-0.01"), Decimal("-0.01"), ZERO]


def test_weights_that_are_all_zero_count_as_equal():
    assert spread(Decimal("1.00"), [ZERO, ZERO]) == [Decimal("0.50"), Decimal("0.50")]
    assert spread(ZERO, []) == []


def test_nothing_is_spread_over_nothing_or_over_negative_weights():
    with pytest.raises(ValueError, match="nothing to spread"):
        spread(Decimal(1), [])
    with pytest.raises(ValueError, match="negative"):
        spread(Decimal(1), [Decimal(2), Decimal(-1)])


def test_a_form_takes_two_decimals_and_no_more():
    field = MoneyField().formfield()
    assert field.clean("12.34") == Decimal("12.34")
    for wrong in ("1.234", "x", "1" * 20):
        with pytest.raises(ValidationError):
            field.clean(wrong)


@pytest.mark.parametrize("wrong", ["1.005", Decimal("0.001"), "abc", Decimal("NaN"), 10**18, 1.5])
def test_a_field_refuses_what_is_not_money(wrong):
    with pytest.raises(ValidationError):
        MoneyField().clean(wrong, None)


def test_sums_and_products_of_columns_are_amounts(paid):
    lines = JournalLine.objects.filter(entry=paid)
    sums = lines.aggregate(
        debits=Sum("debit"), both=Sum(F("debit") + F("credit")), by_place=Sum(F("line_no") * F("credit"))
    )
    assert sums == {"debits": Decimal("60.00"), "both": Decimal("120.00"), "by_place": Decimal("120.00")}
    assert lines.aggregate(total=Sum("amount", default=ZERO))["total"] == ZERO
    assert JournalLine.objects.none().aggregate(total=Sum("amount", default=ZERO))["total"] == ZERO


def test_a_mean_with_part_of_a_cent_is_refused_and_not_cut_off(sold):
    lines = JournalLine.objects.filter(entry=sold)
    thirds = lines.values("entry").annotate(mean=Avg("debit"))
    with_mean = OpenItem.objects.annotate(mean=Subquery(thirds.values("mean")))
    for ask in (
        lambda: lines.aggregate(Avg("debit")),
        lambda: lines[:3].aggregate(Avg("debit")),
        lambda: lines.aggregate(mean=Avg("debit") + money_value("1.00")),
        lambda: list(thirds),
        lambda: list(with_mean),
    ):
        with pytest.raises(ValueError, match="divide a Sum by a Count"):
            ask()
    assert lines.filter(line_no=1).aggregate(mean=Avg("debit"))["mean"] == Decimal("119.00")
    assert lines.filter(pk=-1).aggregate(mean=Avg("debit"))["mean"] is None


def test_filters_compare_amounts(paid):
    lines = JournalLine.objects.filter(entry=paid)
    assert lines.filter(amount__gt=Decimal("59.99")).count() == 1
    assert lines.filter(amount=Decimal("-60.00")).get().credit == Decimal("60.00")
    assert lines.annotate(twice=F("debit") + F("debit")).filter(twice=Decimal("120.00")).count() == 1
    assert lines.filter(amount__lte=money_value("-60")).count() == 1
    flag = Case(When(amount__gt=0, then=F("amount")), default=money_value(1))
    assert set(lines.annotate(flag=flag).values_list("flag", flat=True)) == {
        Decimal("60.00"),
        Decimal("1.00"),
    }


@pytest.mark.parametrize("wrong", [F("debit") + 1, F("debit") - Decimal(1), Value(Decimal(1)), F("line_no")])
def test_a_comparison_with_a_bare_number_is_refused(paid, wrong):
    for comparison in ("amount", "amount__gt", "amount__gte", "amount__lt", "amount__lte"):
        with pytest.raises(TypeError, match="money_value"):
            JournalLine.objects.filter(**{comparison: wrong})


def test_a_comparison_with_a_row_outside_is_of_amounts(paid):
    same = OpenItem.objects.filter(original=OuterRef("amount"))
    assert JournalLine.objects.filter(Exists(same)).count() == 2
    largest = JournalLine.objects.order_by("-amount").values("amount")[:1]
    assert JournalLine.objects.get(amount=Subquery(largest)).amount == Decimal("119.00")
    assert JournalLine.objects.filter(amount=-F("amount")).count() == 0


@pytest.mark.parametrize("wrong", [Decimal(1), 1, F("line_id")])
def test_an_update_by_a_bare_number_is_refused(sold, wrong):
    with pytest.raises(TypeError, match="money_value"):
        OpenItem.objects.update(residual=F("residual") - wrong)


def test_an_update_by_a_money_value_takes_the_amount(sold):
    item = OpenItem.objects.annotate(left=F("residual") - money_value("1.00")).get()
    assert item.left == item.residual - 1
