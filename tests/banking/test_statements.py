"""Files become statements whole or not at all, and no line twice."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.db import DatabaseError, transaction

from erp.banking import statements
from erp.banking.models import BankLine, BankStatement
from erp.banking.reading.statement import WrongSum
from erp.banking.reading.words import Unreadable
from erp.banking.statements import FileKnown
from erp.documents.models import Company
from tests.books import is_sound
from tests.chain.threads import split, together

from .papers import OTHER_IBAN, TODAY, camt, entry, open_account, paid_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account(db):
    open_account()


def load(content, name="march.xml", today=TODAY, **changes):
    return statements.load(content, name=name, today=today, **changes)


def lines():
    return [(str(line.amount), line.text) for line in BankLine.objects.order_by("pk")]


def test_a_file_is_written_as_it_is():
    imported = load(paid_in(("10.00", "One"), ("-4.00", "Two")))

    [statement] = imported.statements
    assert (statement.opening, statement.closing) == (Decimal("1000.00"), Decimal("1006.00"))
    assert (statement.starts_on, statement.ends_on) == (date(2026, 3, 2), date(2026, 3, 6))
    assert lines() == [("10.00", "One"), ("-4.00", "Two")]
    assert (imported.known, imported.warnings) == (0, [])
    assert is_sound()


def test_the_same_file_again_changes_nothing_and_says_so():
    content = paid_in(("10.00", "One"))
    load(content)
    with pytest.raises(FileKnown, match=r"read in on .* already, as 'march.xml': nothing has changed"):
        load(content, name="again.xml")
    assert (BankStatement.objects.count(), len(lines())) == (1, 1)


def test_files_that_overlap_add_no_line_twice():
    """Two equal transfers of one day are two lines, in whatever file they stand."""
    twice = ("10.00", "Coffee")
    load(paid_in(twice, twice, ends="2026-03-04"))
    imported = load(paid_in(twice, twice, ("7.00", "Tea")))

    assert [line.text for line in imported.lines] == ["Tea"]
    assert imported.known == 2
    assert imported.statements[0].known == Decimal("20.00")
    assert lines() == [("10.00", "Coffee"), ("10.00", "Coffee"), ("7.00", "Tea")]
    assert is_sound()


def test_the_banks_own_reference_tells_lines_apart_whatever_their_words():
    load(paid_in({"amount": "10.00", "text": "Coffee", "reference": "A1"}, ends="2026-03-04"))
    load(paid_in({"amount": "10.00", "text": "COFFEE / shortened", "reference": "A1"}, ("1.00", "x")))
    assert lines() == [("10.00", "Coffee"), ("1.00", "x")]


def test_a_gap_between_two_statements_is_told():
    load(paid_in(("10.00", "One")))
    later = {"amount": "1.00", "text": "Two", "on": "2026-03-08"}
    imported = load(paid_in(later, opening="1100.00", starts="2026-03-08", ends="2026-03-08"))
    assert imported.warnings == [
        "The statement to 2026-03-06 closed at 1010.00, this one opens at 1100.00:"
        " between the two something is missing."
    ]


TWO = paid_in(("10.00", "One"), ("5.00", "Two"))


@pytest.mark.parametrize(
    ("content", "refusal", "sentence"),
    [
        (camt(entry("10.00"), total="9.99"), WrongSum, "lines 10.00 make 1010.00, .* balance is 1009.99"),
        (camt(total="0.00"), Unreadable, "has no lines"),
        (camt(entry("1.00"), total="1.00", iban=OTHER_IBAN), Unreadable, f"of account {OTHER_IBAN}"),
        (TWO.replace(b'"EUR"', b'"USD"').replace(b">EUR<", b">USD<"), Unreadable, "is in USD, the books are"),
        (
            camt(entry("1.00", on="2026-03-10"), total="1.00"),
            Unreadable,
            "2026-03-10: that day is still to come",
        ),
        (camt(entry("1.00"), total="1.00", ends="2026-04-01"), Unreadable, "2026-04-01: that day is still"),
        (TWO.replace(b">5.00<", b">5.001<"), Unreadable, "more than two decimals"),
    ],
)
def test_what_is_not_right_is_refused_whole(content, refusal, sentence):
    with pytest.raises(refusal, match=sentence):
        load(content)
    assert (BankStatement.objects.count(), lines()) == (0, [])


def test_of_two_statements_in_a_file_none_is_written_if_one_is_wrong():
    good, bad = paid_in(("10.00", "One")).decode(), paid_in(("3.00", "x"), closing="1.00").decode()
    first = good[good.index("<Stmt>") : good.index("</BkToCstmrStmt>")]
    second = bad[bad.index("<Stmt>") : bad.index("</BkToCstmrStmt>")]
    with pytest.raises(WrongSum):
        load(good.replace(first, first + second).encode())
    assert BankStatement.objects.count() == 0


def test_a_company_without_an_account_is_told_to_set_it():
    Company.objects.update(iban="")
    with pytest.raises(Unreadable, match="has no IBAN yet"):
        load(paid_in(("10.00", "One")))


@pytest.mark.parametrize("change", [{"amount": Decimal("1.00")}, {"text": "x"}, {"iban": "y"}, {"name": "z"}])
def test_nobody_changes_a_line(change):
    load(paid_in(("10.00", "One")))
    with pytest.raises(DatabaseError, match="can no longer be changed"), transaction.atomic():
        BankLine.objects.update(**change)
    with pytest.raises(DatabaseError, match="can no longer be deleted"), transaction.atomic():
        BankLine.objects.all()._raw_delete("default")


@pytest.mark.django_db(transaction=True)
def test_ten_who_read_in_the_same_file_at_once_write_it_once():
    content = paid_in(("10.00", "One"), ("5.00", "Two"))
    done, errors = split(together([partial(load, content)] * 10))
    assert len(done) == 1
    assert {type(error) for error in errors} == {FileKnown}
    assert lines() == [("10.00", "One"), ("5.00", "Two")]


@pytest.mark.django_db(transaction=True)
def test_overlapping_files_read_in_at_once_write_each_line_once():
    files = [paid_in(("10.00", "One"), ("5.00", "Two"), number=f"{n}") for n in range(6)]
    done, errors = split(together(partial(load, content) for content in files))
    assert (len(done), errors) == (6, [])
    assert len(lines()) == 2
