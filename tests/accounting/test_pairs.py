"""Entries divided into amounts between two accounts."""

from collections import Counter
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.exports.pairs import pairs

pytestmark = pytest.mark.once

sides = st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(1, 9)), min_size=1, max_size=7)


def lines(*said):
    return [SimpleNamespace(account_code=code, amount=Decimal(amount)) for code, amount in said]


def told(found):
    return [(pair.debit.account_code, pair.credit.account_code, int(pair.amount)) for pair in found]


def test_pairs_come_in_the_order_of_the_lines():
    assert told(pairs(lines(("A", 7), ("B", -3), ("C", -4)))) == [("A", "B", 3), ("A", "C", 4)]


def test_an_account_on_both_sides_is_paired_with_the_others():
    found = told(pairs(lines(("B", 10), ("A", 10), ("C", -10), ("A", -10))))
    assert sorted(found) == [("A", "C", 10), ("B", "A", 10)]


@given(sides, sides)
def test_each_line_is_the_sum_of_its_pairs_and_no_account_faces_itself_without_need(left, right):
    difference = sum(amount for _, amount in left) - sum(amount for _, amount in right)
    said = [*left, *((code, -amount) for code, amount in right)]
    said += [("F", -difference)] if difference else []
    entry = lines(*said)
    found = pairs(entry)
    of_lines = Counter()
    for pair in found:
        assert pair.amount > 0
        of_lines[id(pair.debit)] += pair.amount
        of_lines[id(pair.credit)] -= pair.amount
    assert of_lines == {id(line): line.amount for line in entry}
    weights = Counter()
    for code, amount in said:
        weights[code] += abs(amount)
    if 2 * max(weights.values()) <= sum(weights.values()):
        assert all(pair.debit is not pair.credit for pair in found)
        assert all(debit != credit for debit, credit, _ in told(found))
