"""Entries by hand: what is taken, what is refused, who agrees, and how they are undone."""

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounting import attachments, by_hand, chart, drafts, guards, ledger
from accounting.audit_kept import attachments_are_as_they_were_kept
from accounting.by_hand import DraftedLine
from accounting.drafts import Wording
from accounting.models import Account, Attachment, DraftLine, EntryDraft, JournalEntry, Party, TaxCode
from accounting.periods import NoSuchYear, PeriodLocked, lock, period_for
from accounting.refusal import Refusal
from erp.closing import reversing
from tests.books import is_sound

pytestmark = pytest.mark.django_db

TODAY, LATER, LATEST = date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 4)
LIMIT = Decimal("100.00")


@pytest.fixture
def ruth(db):
    return User.objects.create_user("ruth")


@pytest.fixture
def otto(db):
    return User.objects.create_user("otto")


def account(code):
    return Account.objects.get(code=code)


def line(name, amount, **more):
    return DraftedLine(chart.account(name), Decimal(amount), **more)


def rent(amount="50.00", *, day=TODAY, **more):
    return Wording(day, "Rent of March", [line("6320", amount), line("BANK", f"-{amount}")], **more)


def drafted(said, *, by=None):
    return drafts.draft(said, on=TODAY, by=by)


def posted(said, *, by=None):
    return drafts.hand_in(drafted(said, by=by), limit=None, on=TODAY, by=by)


def nothing_is_there():
    return (
        not EntryDraft.objects.exists()
        and not DraftLine.objects.exists()
        and not JournalEntry.objects.exists()
    )


# What is taken


def test_an_entry_within_the_limit_is_posted_at_once(ruth):
    kept = drafted(rent("100.00", document_no="R-3"), by=ruth)
    assert (kept.state, ledger.balance("6320")) == ("draft", 0)
    done = drafts.hand_in(kept, limit=LIMIT, on=TODAY, by=ruth)
    entry = done.entry
    assert (entry.source_key, entry.journal, entry.document_no) == (f"manual:{kept.pk}", "GENERAL", "R-3")
    assert (entry.posted_by, entry.memo, entry.number) == (ruth, "Rent of March", 1)
    assert (ledger.balance("6320"), ledger.balance("BANK")) == (Decimal("100.00"), Decimal("-100.00"))
    assert is_sound()


@pytest.mark.parametrize(
    "names",
    [
        ("FEES", "BANK"),
        ("6320", "2500"),
        ("6500", "1890"),
        ("2150", "BANK"),
        ("VAT_PAYABLE", "BANK"),
        ("1010", "BANK"),
        ("BANK", "3200"),
        ("OPENING_BALANCES", "3100"),
        ("6300", "2600"),
    ],
)
def test_what_accountants_need_is_taken(names):
    debited, credited = names
    posted(Wording(TODAY, "As usual", [line(debited, "7.00"), line(credited, "-7.00")]))
    assert ledger.balance(debited) == Decimal("7.00")
    assert is_sound()


def test_what_is_bought_without_a_bill_names_its_vat():
    vat = TaxCode.objects.get(code="DE-S-19")
    lines = [
        line("6380", "100.00", tax_code=vat),
        line("INPUT_VAT", "19.00", tax_code=vat),
        line("1020", "-119.00"),
    ]
    entry = posted(Wording(TODAY, "Paper, paid in cash", lines)).entry
    assert list(entry.lines.order_by("line_no").values_list("tax_code__code", flat=True)) == [
        "DE-S-19",
        "DE-S-19",
        None,
    ]
    assert is_sound()


@pytest.mark.parametrize("tax", ["18.97", "0.00"])
def test_vat_that_is_not_what_its_code_makes_of_the_amount_is_refused(tax):
    vat, tax = TaxCode.objects.get(code="DE-S-19"), Decimal(tax)
    lines = [line("6380", "100.00", tax_code=vat), line("1020", str(-100 - tax))]
    lines += [line("INPUT_VAT", str(tax), tax_code=vat)] if tax else []
    with pytest.raises(by_hand.OtherTax, match=r"19\.00 of VAT on 100\.00, not"):
        drafted(Wording(TODAY, "Paper", lines))
    assert nothing_is_there()


def test_vat_that_we_owe_in_a_suppliers_place_is_not_booked_by_hand():
    vat = TaxCode.objects.filter(country="DE", category__in=TaxCode.OWED_BY_US).first()
    with pytest.raises(by_hand.NoTaxHere):
        drafted(Wording(TODAY, "Bought abroad", [line("6380", "9.00", tax_code=vat), line("BANK", "-9.00")]))


def test_an_account_of_ones_own_that_is_kept_by_customer_or_supplier_takes_one():
    chart.add("1650", name="Deposits with suppliers", kind="asset", party_required=True)
    landlord = Party.objects.create(key="supplier:L", kind="supplier", name="Landlord")
    posted(Wording(TODAY, "Deposit", [line("1650", "9.00", party=landlord), line("BANK", "-9.00")]))
    assert is_sound()


# What is refused


def test_an_account_that_documents_explain_is_refused_and_the_document_named():
    for role, instead in by_hand.BY_DOCUMENT.items():
        with pytest.raises(by_hand.KeptByDocuments, match=instead):
            drafted(Wording(TODAY, "By hand", [line(role, "1.00"), line("BANK", "-1.00")]))
    assert nothing_is_there()


SOUND = [("6320", "5.00"), ("BANK", "-5.00")]


@pytest.mark.parametrize(
    ("lines", "refusal", "sentence"),
    [
        ([("6320", "5.00"), ("BANK", "-4.99")], ledger.Unbalanced, "they differ by 0.01"),
        ([("6320", "5.00")], by_hand.TooFewLines, "between two and 500 lines, not 1"),
        ([], by_hand.TooFewLines, "not 0"),
        ([*SOUND, ("FEES", "0.00")], by_hand.NotALine, "Line 3: 0.00 is no amount"),
        ([("6320", "0.005"), ("BANK", "-0.005")], by_hand.NotALine, "whole cents"),
        ([("6320", "NaN"), ("BANK", "-1")], by_hand.NotALine, "Line 1: NaN"),
        ([("6320", "1e12"), ("BANK", "-1e12")], by_hand.NotALine, "that can be"),
    ],
)
def test_lines_that_make_no_entry_are_refused(lines, refusal, sentence):
    with pytest.raises(refusal, match=sentence):
        drafted(Wording(TODAY, "By hand", [line(*one) for one in lines]))
    assert nothing_is_there()


def test_an_account_out_of_use_a_missing_party_and_a_strange_code_are_refused():
    chart.retire(account("6320"))
    chart.add("1650", name="Deposits", kind="asset", party_required=True)
    ada, vat = Party.objects.create(key="user:7", name="Ada"), TaxCode.objects.get(code="DE-S-19")
    for wrong, refusal in (
        (line("6320", "5.00"), by_hand.NotInUse),
        (line("1650", "5.00"), by_hand.WhoseLine),
        (line("FEES", "5.00", party=ada), by_hand.WhoseLine),
        (line("VAT_PAYABLE", "5.00", tax_code=vat), by_hand.NoTaxHere),
        (line("REVENUE", "5.00", tax_code=vat), by_hand.NoTaxHere),
    ):
        with pytest.raises(refusal, match="Line 1"):
            drafted(Wording(TODAY, "By hand", [wrong, line("BANK", "-5.00")]))
    assert nothing_is_there()


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2100, 1, 1), date(2028, 1, 1)])
def test_a_day_that_must_be_a_slip_is_refused(day):
    with pytest.raises(NoSuchYear):
        drafted(rent(day=day))
    assert nothing_is_there()


@pytest.mark.parametrize("day", [TODAY, date(2026, 3, 1), date(2100, 1, 1)])
def test_an_entry_is_undone_after_its_day_and_soon(day):
    with pytest.raises((drafts.BeforeItsDay, NoSuchYear)):
        drafted(rent(reverse_on=day))
    assert nothing_is_there()


def test_an_entry_without_words_is_refused():
    with pytest.raises(drafts.NoWords):
        drafted(Wording(TODAY, " ", rent().lines))


def test_a_closed_period_takes_no_draft_and_no_posting_of_an_older_one(ruth):
    kept = drafted(rent(day=date(2026, 1, 5)))
    posted(rent(day=date(2026, 1, 6)))
    close_january(ruth)
    with pytest.raises(PeriodLocked):
        drafted(rent(day=date(2026, 1, 31)))
    with pytest.raises(PeriodLocked):
        drafts.hand_in(kept, limit=None, on=TODAY, by=ruth)
    kept.refresh_from_db()
    assert (kept.state, kept.entry, ledger.balance("6320")) == ("draft", None, Decimal("50.00"))


def close_january(by):
    with transaction.atomic():
        lock(period_for(date(2026, 1, 31)), reason="Declared", by=by)


def test_what_was_sound_is_looked_at_again_when_it_is_posted(ruth):
    kept = drafted(rent())
    chart.retire(account("6320"))
    with pytest.raises(by_hand.NotInUse):
        drafts.hand_in(kept, limit=None, on=TODAY, by=ruth)
    kept.refresh_from_db()
    assert kept.state == "draft"


# A second person


def test_above_the_limit_a_second_person_agrees(ruth, otto):
    kept = drafts.hand_in(drafted(rent("100.01"), by=ruth), limit=LIMIT, on=TODAY, by=ruth)
    assert (kept.state, ledger.balance("6320")) == ("waiting", 0)
    with pytest.raises(drafts.SecondPersonNeeded):
        drafts.approve(kept, on=TODAY, by=ruth)
    done = drafts.approve(kept, on=TODAY, by=otto)
    assert (done.state, done.approved_by, done.entry.posted_by) == ("posted", otto, otto)
    assert ledger.balance("6320") == Decimal("100.01")


def test_not_even_a_superuser_agrees_to_their_own_entry(ruth):
    ruth.is_superuser = True
    ruth.save()
    kept = drafts.hand_in(drafted(rent("200.00"), by=ruth), limit=LIMIT, on=TODAY, by=ruth)
    for by in (ruth, None):
        with pytest.raises(drafts.SecondPersonNeeded):
            drafts.approve(kept, on=TODAY, by=by)
    assert ledger.balance("6320") == 0


def test_who_changed_it_last_does_not_agree_to_it_either(ruth, otto):
    kept = drafts.hand_in(drafted(rent("200.00"), by=ruth), limit=LIMIT, on=TODAY, by=ruth)
    changed = drafts.change(kept, rent("300.00"), on=TODAY, by=otto)
    assert changed.state == "draft"
    with pytest.raises(drafts.NotNow):
        drafts.approve(kept, on=TODAY, by=User.objects.create_user("third"))
    drafts.hand_in(kept, limit=LIMIT, on=TODAY, by=otto)
    for by in (ruth, otto):
        with pytest.raises(drafts.SecondPersonNeeded):
            drafts.approve(kept, on=TODAY, by=by)
    drafts.approve(kept, on=TODAY, by=User.objects.create_user("fourth"))
    assert ledger.balance("6320") == Decimal("300.00")


def test_the_database_knows_who_agreed_too(ruth):
    kept = posted(rent(), by=ruth)
    other = drafted(rent(), by=ruth)
    with pytest.raises(DatabaseError), transaction.atomic():
        EntryDraft.objects.filter(pk=kept.pk).update(approved_by=ruth)
    with pytest.raises(IntegrityError), transaction.atomic():
        EntryDraft.objects.filter(pk=other.pk).update(approved_by=User.objects.create_user("third"))


# What may be done in which state


def test_what_is_posted_or_discarded_stays_as_it_is(ruth):
    gone = drafted(rent())
    drafts.discard(gone)
    for kept in (posted(rent()), gone):
        for verb in (
            lambda kept: drafts.change(kept, rent("60.00"), on=TODAY, by=ruth),
            drafts.discard,
            lambda kept: drafts.hand_in(kept, limit=None, on=TODAY, by=ruth),
            lambda kept: drafts.approve(kept, on=TODAY, by=ruth),
        ):
            with pytest.raises(drafts.NotNow):
                verb(kept)
        for attack in (
            lambda kept: EntryDraft.objects.filter(pk=kept.pk).update(memo="Other"),
            lambda kept: EntryDraft.objects.filter(pk=kept.pk).delete(),
            lambda kept: DraftLine.objects.filter(draft=kept).update(amount=Decimal("1.00")),
            lambda kept: DraftLine.objects.filter(draft=kept).delete(),
            lambda kept: DraftLine.objects.create(
                draft=kept, account=account("6320"), amount=Decimal("1.00")
            ),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                attack(kept)
    assert ledger.balance("6320") == Decimal("50.00")


def test_handing_in_twice_posts_once(ruth):
    kept = drafted(rent())
    drafts.hand_in(kept, limit=None, on=TODAY, by=ruth)
    with pytest.raises(drafts.NotNow):
        drafts.hand_in(kept, limit=None, on=TODAY, by=ruth)
    assert JournalEntry.objects.count() == 1


# Undoing


def test_an_accrual_is_undone_by_the_daily_work_on_its_day_and_once(ruth):
    kept = posted(rent(reverse_on=LATER), by=ruth)
    day_before = datetime(2026, 3, 31, 21, 59, tzinfo=ZoneInfo("UTC"))  # 23:59 in Berlin, in summer time
    reversing.reverse_due({}, now=day_before)
    assert ledger.balance("6320") == Decimal("50.00")
    for _ in range(2):
        reversing.reverse_due({}, now=datetime(2026, 3, 31, 22, 1, tzinfo=ZoneInfo("UTC")))
    mirror = kept.entry.reversed_by
    assert (mirror.date, mirror.source_key) == (LATER, f"manual:{kept.pk}:reversal")
    assert (ledger.balance("6320"), JournalEntry.objects.count()) == (0, 2)
    assert is_sound()


def test_a_day_that_the_workers_missed_is_made_good_and_dated_as_planned():
    kept = posted(rent(reverse_on=LATER))
    reversing.reverse_due({}, now=datetime(2026, 4, 20, 9, tzinfo=ZoneInfo("UTC")))
    assert kept.entry.reversed_by.date == LATER


def test_an_entry_is_undone_at_once_where_its_day_is_here(ruth):
    kept = posted(rent(day=date(2026, 2, 2)), by=ruth)
    done = drafts.reverse_on(kept, day=TODAY, limit=LIMIT, on=TODAY, by=ruth)
    assert (done.reverse_on, ledger.balance("6320")) == (TODAY, 0)
    with pytest.raises(drafts.NotNow, match="undone already"):
        drafts.reverse_on(kept, day=LATER, limit=LIMIT, on=TODAY, by=ruth)
    assert JournalEntry.objects.count() == 2


def test_a_day_to_come_is_kept_and_may_be_moved_until_it_is_here(ruth):
    kept = posted(rent(), by=ruth)
    for day in (LATEST, LATER):
        drafts.reverse_on(kept, day=day, limit=None, on=TODAY, by=ruth)
    assert list(drafts.to_undo(TODAY)) == []
    assert list(drafts.to_undo(LATER)) == [kept]
    assert ledger.balance("6320") == Decimal("50.00")


def test_an_entry_above_the_limit_is_not_undone_by_who_wrote_it(ruth, otto):
    kept = posted(rent("200.00"), by=ruth)
    with pytest.raises(drafts.SecondPersonNeeded):
        drafts.reverse_on(kept, day=LATER, limit=LIMIT, on=LATER, by=ruth)
    drafts.reverse_on(kept, day=LATER, limit=LIMIT, on=LATER, by=otto)
    assert ledger.balance("6320") == 0


def test_what_cannot_be_undone_yet_is_told_and_waits(ruth, caplog):
    kept = posted(rent(day=date(2026, 1, 5), reverse_on=LATER), by=ruth)
    EntryDraft.objects.filter(pk=kept.pk).update(reverse_on=date(2026, 1, 20))
    close_january(ruth)
    reversing.reverse_due({}, now=datetime(2026, 4, 2, 9, tzinfo=ZoneInfo("UTC")))
    assert f"Entry by hand {kept.pk} is not undone" in caplog.text
    assert list(drafts.to_undo(LATER)) == [kept]


# Files


PDF, PNG = b"%PDF-1.7 paper", b"\x89PNG\r\n\x1a\n picture"


def test_files_prove_an_entry_and_are_never_changed_or_taken_away(ruth):
    kept = posted(rent())
    attachments.attach(kept, [("a.pdf", PDF), ("b.PNG", PNG)], by=ruth)
    attachments.attach(kept, [("again.pdf", PDF), ("rows.csv", "a;ü\n".encode())], by=ruth)
    assert list(Attachment.objects.order_by("pk").values_list("name", flat=True)) == [
        "a.pdf",
        "b.PNG",
        "rows.csv",
    ]
    assert bytes(Attachment.objects.earliest("pk").content) == PDF
    with pytest.raises(TypeError):
        Attachment.objects.all().delete()
    for attack in ("UPDATE accounting_attachment SET name = 'x'", "DELETE FROM accounting_attachment"):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            transaction.get_connection().cursor() as cursor,
        ):
            cursor.execute(attack)


def test_a_file_that_was_changed_past_the_guards_is_found(ruth):
    kept = posted(rent())
    attachments.attach(kept, [("a.pdf", PDF)], by=ruth)
    assert list(attachments_are_as_they_were_kept()) == []
    with transaction.get_connection().cursor() as cursor:
        if cursor.db.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        guards.drop()
        cursor.execute("UPDATE accounting_attachment SET content = %s", [PNG])
    guards.install()
    assert list(attachments_are_as_they_were_kept()) == [f"a.pdf of entry {kept} is not what was attached."]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("run.exe", b"MZ", "is none of pdf, png"),
        ("page.html", b"<script>", "is none of"),
        ("nothing", b"x", "is none of"),
        ("a.pdf", b"<html>", "does not hold what its name says"),
        ("a.csv", b"MZ\0", "does not hold what its name says"),
        ("a.pdf", b"", "is empty"),
        ("a.pdf", PDF + b"0" * attachments.LARGEST, "larger than 10 MB"),
    ],
)
def test_other_files_are_refused_and_none_of_them_is_kept(name, content, why):
    kept = drafted(rent())
    with pytest.raises(attachments.NotAttached, match=why):
        attachments.attach(kept, [("good.pdf", PDF), (name, content)], by=None)
    assert not Attachment.objects.exists()


def test_a_discarded_draft_takes_no_files():
    kept = drafted(rent())
    drafts.discard(kept)
    with pytest.raises(attachments.NotAttached):
        attachments.attach(kept, [("a.pdf", PDF)], by=None)


# Whatever is accepted, the books are sound


class WhateverIsAccepted(TestCase):
    accepted = 0

    def tearDown(self):
        assert self.accepted > 5, "hardly anything was accepted: nothing was shown"

    @settings(max_examples=25, deadline=None)
    @given(data=st.data())
    def test_the_books_stay_sound(self, data):
        rows = list(Account.objects.order_by("code"))
        codes = [None] * 8 + [*TaxCode.objects.filter(country="DE").order_by("code")[:3]]
        days = st.dates(date(2026, 1, 1), date(2027, 3, 1))
        count = data.draw(st.integers(1, 4))
        for _ in range(count):
            amounts = data.draw(st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=4))
            cents = [*amounts, -sum(amounts)]
            lines = [
                DraftedLine(
                    data.draw(st.sampled_from(rows)),
                    Decimal(amount) / 100,
                    tax_code=data.draw(st.sampled_from(codes)),
                )
                for amount in cents
            ]
            undone = data.draw(st.none() | days)
            said = Wording(data.draw(days), "Whatever", lines, reverse_on=undone)
            with suppress(Refusal):
                posted(said)
                type(self).accepted += 1
        reversing.reverse_due({}, now=datetime(2026, 12, 31, 23, tzinfo=ZoneInfo("UTC")))
        assert is_sound()
