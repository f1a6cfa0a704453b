"""The bank's desks: files are read in, lines matched, payouts explained, refunds ordered; who may do it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounting.models import Account, JournalEntry
from erp import order_to_cash
from erp.banking import matching, payouts
from erp.banking.models import (
    BankLine,
    BankMatch,
    BankStatement,
    CsvMapping,
    Payout,
    PayoutLine,
    TransferBatch,
)
from erp.documents.models import Company
from erp.invoicing.models import PaymentOperation
from tests.backoffice.desk import list_url, page_url, press, told, words
from tests.banking.papers import IBAN, OTHER_IBAN, open_account, paid_in
from tests.banking.reports import report
from tests.banking.scenes import came
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, fresh, pay, place, work
from tests.factories import sale_line

pytestmark = pytest.mark.django_db

WORK, CLEARING, REFUNDS = "/admin/bank/lines/", "/admin/bank/clearing/", "/admin/bank/refunds/"


@pytest.fixture(autouse=True)
def account(db):
    open_account()


@pytest.fixture
def accountant(as_role):
    return as_role("accountant")


def upload(client, model, content, name="march.xml", **answers):
    url = f"{list_url(model)}add/"
    return client.post(url, {"file": SimpleUploadedFile(name, content), **answers}, follow=True)


def errors(response):
    return response.context["form"].non_field_errors()


# Statements


def test_a_statement_is_read_in_and_what_is_sure_is_accepted(accountant, ordered):
    content = paid_in(("297.50", f"Order {ordered.number}"), ("5.00", "who?"))
    response = upload(accountant, BankStatement, content, accepts="on")

    assert response.redirect_chain[-1][0] == WORK
    assert told(response) == [
        ("success", "2 lines are new."),
        ("success", "1 of them were sure and are accepted."),
    ]
    assert "who?" in words(response)
    assert ordered.number not in words(response)
    assert BankMatch.objects.get().user.username == "accountant"
    assert is_sound()


def test_it_is_switched_off_by_a_tick(accountant, ordered):
    upload(accountant, BankStatement, paid_in(("297.50", ordered.number)))
    assert BankLine.objects.get().state == "open"


def test_the_same_file_again_and_a_wrong_one_are_told_in_a_sentence(accountant):
    content = paid_in(("5.00", "x"))
    upload(accountant, BankStatement, content)
    [sentence] = errors(upload(accountant, BankStatement, content))
    assert "nothing has changed" in sentence
    [sentence] = errors(upload(accountant, BankStatement, content.replace(b">5.00<", b">6.00<")))
    assert "but the closing balance is 1005.00" in sentence
    [sentence] = errors(upload(accountant, BankStatement, b"x" * 10_000_000))
    assert "more than 8 MB" in sentence
    assert BankStatement.objects.count() == 1


def test_a_csv_is_shown_before_it_is_read_in(accountant):
    mapping = CsvMapping.objects.create(name="Bank", booked_on="Tag", amount="Betrag", text="Zweck")
    content = "Tag;Betrag;Zweck\n04.03.2026;1.005,00;Für Ölfarbe\n".encode("cp1252")
    answers = {"mapping": mapping.pk, "opening": "10.00", "closing": "1015.00"}

    shown = upload(accountant, BankStatement, content, "bank.csv", preview="yes", **answers)
    assert "Für Ölfarbe" in words(shown)
    assert "1 lines from 10.00 to 1,015.00" in words(shown)
    assert BankStatement.objects.count() == 0

    upload(accountant, BankStatement, content, "bank.csv", **answers)
    assert BankLine.objects.get().amount == Decimal("1005.00")


def test_the_format_of_a_bank_is_described_on_a_page(accountant):
    fields = {
        "name": "My bank",
        "delimiter": ";",
        "encoding": "auto",
        "decimal_mark": ",",
        "date_format": "%d.%m.%Y",
        "skip_lines": "2",
        "booked_on": "1",
        "going_out": "S",
    }
    url = f"{list_url(CsvMapping)}add/"
    assert "Name the column of the amount, or those" in words(accountant.post(url, fields))
    assert CsvMapping.objects.count() == 0
    accountant.post(url, fields | {"debit": "3", "credit": "4"})
    assert CsvMapping.objects.get().skip_lines == 2


# Lines


def test_a_proposal_is_accepted_by_its_button(accountant, ordered):
    [row] = came(("200.00", f"part of {ordered.number}"))
    page = accountant.get(WORK)
    [choice] = page.context["cards"][0].choices
    assert "A part: 97.50 would still be owed." in words(page)

    response = press(accountant, "accept", row, proposal=choice.proposal.key, _back=WORK)

    assert told(response) == [("success", f"200.00 of 2026-03-04: Order {ordered.number}.")]
    assert response.redirect_chain[-1][0] == WORK
    assert "Every line of the bank is matched" in words(response)
    page = words(accountant.get(page_url(row)))
    assert page_url(ordered) in page
    assert page_url(JournalEntry.objects.get(source_key=f"payment:bank:{row.pk}:1")) in page
    assert is_sound()


def test_a_proposal_that_is_gone_and_a_line_that_was_taken_are_told(accountant, ordered):
    [row] = came(("200.00", ordered.number))
    assert "no longer proposed" in told(press(accountant, "accept", row, proposal="payment:0"))[0][1]
    assert "Nothing is sure about it." in told(press(accountant, "accept", row))[0][1]
    matching.leave(row, reason="x")
    key = f"payment:{ordered.payments.get().pk}"
    assert "is left already" in told(press(accountant, "accept", row, proposal=key))[0][1]


def test_a_line_is_split_by_numbers(accountant, ordered, lamp):
    other = place(sale_line(lamp, 1, "119.00"), key="other")
    [row] = came(("420.00", "both"))
    answers = {"number_1": ordered.number, "number_2": other.invoices.get().number, "amount_2": "119.00"}

    assert "both" in words(press(accountant, "split", row))
    fees = Account.objects.get(role="FEES")
    response = press(accountant, "split", row, **answers, account=fees.pk)

    assert told(response) == [("success", "420.00 of 2026-03-04 stands for 3 parts.")]
    assert sorted(str(match.amount) for match in BankMatch.objects.all()) == ["119.00", "297.50", "3.50"]
    assert is_sound()


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"number_1": ""}, "Name an order, an invoice or an account."),
        ({"number_1": "nothing"}, "&#x27;nothing&#x27; names no order or invoice here."),
        ({"number_1": "{number}", "amount_1": "1.00"}, "The parts come to 1.00, the line to 297.50."),
        ({"number_1": "{number}", "amount_1": "1.005"}, "no more than 2 decimal places"),
    ],
)
def test_a_split_that_does_not_fit_is_told(accountant, ordered, answers, sentence):
    [row] = came(("297.50", "x"))
    filled = {name: text.format(number=ordered.number) for name, text in answers.items()}
    assert sentence in words(press(accountant, "split", row, **filled))
    assert BankLine.objects.get().state == "open"


def test_a_line_is_left_with_a_reason_taken_up_and_undone(accountant):
    [row] = came(("-3.00", "Entgelt"))
    press(accountant, "leave", row, reason="Ask the bank")
    assert "Ask the bank" in words(accountant.get(page_url(row)))
    press(accountant, "take_up", row)
    press(accountant, "accept", row, proposal="account:FEES")
    assert BankLine.objects.get().state == "matched"
    press(accountant, "undo", row, reason="Not ours")
    assert BankLine.objects.get().state == "open"
    assert "Not ours" in words(accountant.get(page_url(row)))
    assert is_sound()


def test_a_payment_is_not_undone_and_the_page_says_what_to_do(accountant, ordered):
    [row] = came(("297.50", ordered.number))
    matching.accept_exact([row])
    [(level, sentence)] = told(press(accountant, "undo", row, reason="Wrong"))
    assert level == "error"
    assert ordered.number in sentence
    assert BankLine.objects.get().state == "matched"


# Payouts and clearing


def test_a_report_is_booked_and_its_findings_are_explained(accountant, lamp):
    order = place(sale_line(lamp, 1, "119.00"), pay="card")
    work()
    captured = PaymentOperation.objects.get(kind="capture")
    assert order.number in words(accountant.get(CLEARING))

    content = report(("charge", captured.reference, "119.00", "2.00"), ("adjustment", "odd", "-7.00", "0.00"))
    response = upload(accountant, Payout, content, "report.csv", provider="card")
    [payout] = Payout.objects.all()
    assert response.redirect_chain[-1][0] == page_url(payout)
    assert ("success", "Booked: PO-1.") in told(response)
    assert "Not explained: nothing here is called so." in words(response)
    assert "not explained" in words(accountant.get(CLEARING))
    assert (
        "report is booked already"
        in errors(upload(accountant, Payout, content, "report.csv", provider="card"))[0]
    )

    line = PayoutLine.objects.get(reference="odd")
    asked = {"action": "explain", "_selected_action": payout.pk, "line": line.pk}
    assert "Our movement" in words(accountant.post(list_url(Payout), asked))
    press(accountant, "explain", payout, line=line.pk, note="Chargeback")
    assert words(accountant.get(CLEARING)).count("Everything is paid out.") == 2
    entry = JournalEntry.objects.get(source_key=f"payoutline:{line.pk}")
    assert accountant.get("/admin/source/", {"key": entry.source_key}).url == page_url(payout)
    assert is_sound()


def test_a_movement_that_is_not_there_is_told(accountant):
    [payout] = payouts.load(
        report(("adjustment", "odd", "-7.00", "0.00")),
        provider="card",
        name="x",
        today=timezone.localdate(),
    ).payouts
    line = PayoutLine.objects.get()
    response = press(accountant, "explain", payout, line=line.pk, note="x", operation="nobody")
    assert "No movement of money is called" in told(response)[0][1]
    assert "Choose the line" in told(press(accountant, "explain", payout, note="x"))[0][1]


# Refunds


@pytest.fixture
def refund(ordered):
    pay(ordered)
    order_to_cash.cancel(fresh(ordered), on=FRIDAY)
    return PaymentOperation.objects.get(kind="refund")


def test_a_refund_gets_its_account_is_ordered_and_taken_to_the_bank(accountant, refund, ordered):
    page = words(accountant.get(REFUNDS))
    assert page_url(ordered) in page
    assert "not known" in page

    url = reverse("admin:refund_account", args=[refund.pk])
    assert "no IBAN" in words(accountant.post(url, {"name": "Ada", "iban": "DE00"}))
    accountant.post(url, {"name": "Ada", "iban": OTHER_IBAN})
    assert OTHER_IBAN in words(accountant.get(REFUNDS))

    response = accountant.post(REFUNDS, {"on": "2026-03-07", "refunds": [refund.pk]}, follow=True)
    batch = TransferBatch.objects.get()
    assert response.redirect_chain[-1][0] == page_url(batch)
    for kind, start in (("xml", b"<?xml"), ("csv", b"name,iban")):
        file = accountant.get(reverse("admin:banking_transfer_file", args=[batch.pk, kind]))
        assert file.content.startswith(start)
        assert OTHER_IBAN.encode() in file.content
        assert f"{batch.reference}.{kind}" in file["Content-Disposition"]
    assert "No refund waits" in words(accountant.get(REFUNDS))
    assert (
        IBAN
        in accountant.get(reverse("admin:banking_transfer_file", args=[batch.pk, "xml"])).content.decode()
    )


def test_a_batch_without_an_iban_says_so(accountant, refund):
    accountant.post(REFUNDS, {"on": "2026-03-07", "refunds": [refund.pk]})
    batch = TransferBatch.objects.get()
    response = accountant.get(reverse("admin:banking_transfer_file", args=[batch.pk, "xml"]), follow=True)
    assert "No IBAN is known" in told(response)[0][1]


def test_nothing_chosen_and_what_is_gone_are_told(accountant, refund):
    assert "Choose a refund." in words(accountant.post(REFUNDS, {"on": "2026-03-07"}))
    accountant.post(REFUNDS, {"on": "2026-03-07", "refunds": [refund.pk]})
    accountant.post(REFUNDS, {"on": "2026-03-07", "refunds": [refund.pk]})
    assert TransferBatch.objects.count() == 1


# Who may do what


def test_what_waits_stands_on_the_first_page(accountant, refund):
    came(("5.00", "x"))
    todos = {todo.label: (todo.count, todo.url) for todo in accountant.get("/admin/").context["todos"]}
    assert todos["Bank lines to match"] == (1, WORK)
    assert todos["Refunds to transfer"] == (1, REFUNDS)


@pytest.mark.parametrize("role", ["sales", "warehouse"])
def test_the_bank_is_the_accountants(as_role, role):
    client = as_role(role)
    for model in (BankLine, BankStatement, Payout, TransferBatch, CsvMapping):
        assert client.get(list_url(model)).status_code == 403
    for url in (WORK, CLEARING, REFUNDS, f"{list_url(BankStatement)}add/", f"{list_url(Payout)}add/"):
        assert client.get(url).status_code == 403


def test_who_may_only_look_changes_nothing(as_role, refund):
    client = as_role("auditor")
    viewers = Permission.objects.filter(content_type__app_label="banking", codename__startswith="view_")
    client.get("/admin/")
    user = type(refund)._meta.get_field("user").related_model.objects.get(username="auditor")
    user.user_permissions.set(viewers)
    [row] = came(("5.00", "x"))

    for url in (WORK, CLEARING, REFUNDS, page_url(row)):
        page = client.get(url)
        assert page.status_code == 200
        assert 'name="action"' not in words(page)
    press(client, "leave", row, reason="No")
    assert BankLine.objects.get(pk=row.pk).state == "open"
    assert client.post(REFUNDS, {"on": "2026-03-07", "refunds": [refund.pk]}).status_code == 403
    assert client.get(reverse("admin:refund_account", args=[refund.pk])).status_code == 403
    assert upload(client, BankStatement, paid_in(("6.00", "y"))).status_code == 403


def test_the_page_of_lines_does_not_grow_dear_with_them(accountant, ordered, django_assert_max_num_queries):
    came(*[(f"{n}.00", f"line {n} {ordered.number}") for n in range(1, 25)])
    with django_assert_max_num_queries(120):
        page = accountant.get(WORK)
    assert len(page.context["cards"]) == 10
    assert "Page 1 of 3" in words(page)
    assert len(accountant.get(WORK, {"page": "3"}).context["cards"]) == 4


def test_a_day_to_come_is_no_day_of_a_statement(accountant):
    tomorrow = timezone.localdate() + timedelta(days=1)
    content = paid_in({"amount": "5.00", "text": "x", "on": tomorrow.isoformat()})
    assert "still to come" in errors(upload(accountant, BankStatement, content))[0]
    assert Company.objects.get().iban == IBAN
