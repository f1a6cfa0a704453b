"""The desk of entries by hand: written, refused with what was typed, agreed to, undone, proved by papers."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounting import attachments, chart, drafts, ledger
from accounting.by_hand import DraftedLine
from accounting.models import Account, Attachment, EntryDraft, JournalEntry
from erp.documents.models import Company
from tests.backoffice.desk import list_url, page_url, press, told, words

pytestmark = pytest.mark.django_db

ADD = "/admin/accounting/entrydraft/add/"
PDF = b"%PDF-1.7 paper"


def typed(*rows, known=0, **head):
    """Return what the form sends: rows are account, debit, credit and more fields of a line."""
    sent = {
        "day": str(timezone.localdate()),
        "memo": "Rent of March",
        "document_no": "",
        "reverse_on": "",
    } | head
    sent |= {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": str(known)}
    for number, (name, debit, credit, *more) in enumerate(rows):
        fields = {
            "account": chart.account(name).pk,
            "debit": debit,
            "credit": credit,
            **(more[0] if more else {}),
        }
        sent |= {f"form-{number}-{field}": value for field, value in fields.items()}
    return sent


RENT = (("6320", "120.00", ""), ("BANK", "", "120.00"))


def kept(amount="120.00", *, by=None, **how):
    lines = [
        DraftedLine(chart.account(name), Decimal(sum))
        for name, sum in (("6320", amount), ("BANK", f"-{amount}"))
    ]
    today = timezone.localdate()
    return drafts.draft(drafts.Wording(today, "Rent", lines, **how), on=today, by=by)


def limited_to(amount):
    Company.objects.update(entry_limit=Decimal(amount))


def test_an_entry_is_written_posted_and_leads_to_its_draft_and_back(as_role):
    client = as_role("accountant")
    form = words(client.get(ADD))
    assert "6320 Rent" in form
    assert "1300 Inventory" not in form
    page = words(client.post(ADD, typed(*RENT, document_no="R-3"), follow=True))
    assert "It is not in the books yet." in page
    draft = EntryDraft.objects.get()
    assert draft.drafted_by.username == "accountant"
    ((level, sentence),) = told(press(client, "hand_in", draft))
    assert (level, ledger.balance("6320")) == ("success", Decimal("120.00"))
    draft.refresh_from_db()
    assert sentence == f"Entry {draft} is posted as {draft.entry}."
    assert page_url(draft.entry) in words(client.get(page_url(draft)))
    assert page_url(draft) in words(client.get(page_url(draft.entry)))


@pytest.mark.parametrize(
    ("rows", "head", "sentence"),
    [
        ((RENT[0], ("BANK", "", "119.99")), {}, "they differ by 0.01"),
        (RENT[:1], {}, "between two and 500 lines, not 1"),
        ((RENT[0], ("BANK", "", "12 USD")), {}, "Type an amount in EUR, such as 1234.50."),
        ((RENT[0], ("BANK", "", "-120.00")), {}, "Type it on the other side, without a sign."),
        ((RENT[0], ("BANK", "120.00", "120.00")), {}, "only one of them, other than zero."),
        ((RENT[0], ("BANK", "", "0.00")), {}, "only one of them, other than zero."),
        ((RENT[0], ("BANK", "", "1.001")), {}, "no more than 2 decimal places"),
        (RENT, {"day": "1900-01-01"}, "is not a day of these books"),
        (RENT, {"day": "2100-01-01"}, "is not a day of these books"),
        (RENT, {"day": "31.31.2026"}, "Enter a valid date."),
        (RENT, {"memo": ""}, "This field is required."),
        ((RENT[0], ("BANK", "", "120.00", {"party": "Nobody"})), {}, "is called &#x27;Nobody&#x27;"),
        ((RENT[0], ("INVENTORY", "", "120.00")), {}, "Use a goods receipt, an adjustment or a stocktake."),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(as_role, rows, head, sentence):
    page = words(as_role("accountant").post(ADD, typed(*rows, **head)))
    assert sentence in page
    assert 'value="120.00"' in page
    assert not EntryDraft.objects.exists()


def test_a_draft_is_changed_and_a_line_taken_out(as_role):
    client, draft = as_role("accountant"), kept()
    url = reverse("admin:entry_edit", args=[draft.pk])
    assert 'value="120.00"' in words(client.get(url))
    rows = (*RENT, ("FEES", "9.00", "", {"DELETE": "on"}))
    page = words(client.post(url, typed(*rows, known=2, memo="Rent of April"), follow=True))
    assert "Rent of April is changed" in page
    assert draft.lines.count() == 2
    draft.refresh_from_db()
    assert draft.changed_by.username == "accountant"
    press(client, "discard", draft)
    assert "it can no longer be changed" in words(client.get(url, follow=True))


def test_a_large_entry_waits_among_the_todos_for_a_second_person(as_role, office):
    limited_to("100.00")
    client = as_role("accountant")
    draft = kept(by=User.objects.get(username="accountant"))
    assert "waits for a second person" in told(press(client, "hand_in", draft))[0][1]
    assert "Entries by hand that wait for a second person" in words(client.get("/admin/"))
    assert told(press(client, "approve", draft))[0][0] == "error"
    assert ledger.balance("6320") == 0
    assert told(press(office, "approve", draft))[0][0] == "success"
    assert ledger.balance("6320") == Decimal("120.00")
    page = words(office.get(page_url(draft)))
    assert "Agreed to by" in page


def test_nobody_agrees_to_what_was_changed_since_they_looked(as_role, office):
    limited_to("100.00")
    client = as_role("accountant")
    draft = kept(by=User.objects.get(username="accountant"))
    press(client, "hand_in", draft)
    button = agree_button(office, draft)
    changed = (("6320", "90120.00", ""), ("BANK", "", "90120.00"))
    client.post(reverse("admin:entry_edit", args=[draft.pk]), typed(*changed))
    press(client, "hand_in", draft)
    [(level, sentence)] = told(office.post(button.url, dict(button.fields), follow=True))
    assert (level, "was changed since you looked at it" in sentence) == ("error", True)
    assert ledger.balance("6320") == 0
    button = agree_button(office, draft)
    assert told(office.post(button.url, dict(button.fields), follow=True))[0][0] == "success"
    assert ledger.balance("6320") == Decimal("90120.00")


def agree_button(client, draft):
    return next(
        one for one in client.get(page_url(draft)).context["buttons"] if one.label == "Agree and post"
    )


def test_the_page_of_an_entry_by_hand_has_a_button_that_reverses_it(as_role):
    client, draft = as_role("accountant"), kept()
    drafts.hand_in(draft, limit=None, on=timezone.localdate(), by=None)
    entry = JournalEntry.objects.get()
    assert "Reverse…" in words(client.get(page_url(entry)))
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert "will be undone" in told(press(client, "undo", draft, day=str(tomorrow)))[0][1]
    assert told(press(client, "undo", draft, day=str(entry.date)))[0][0] == "error"
    assert "Reverse…" not in words(as_role("auditor").get(page_url(entry)))


def test_the_entry_of_a_document_says_that_its_document_undoes_it(office, finished):
    page = words(office.get(page_url(JournalEntry.objects.earliest("pk"))))
    assert "an invoice by its credit note" in page
    assert "Reverse…" not in page


def test_papers_are_attached_and_handed_out_so_that_no_browser_runs_them(as_role):
    client, draft = as_role("accountant"), kept()
    files = [SimpleUploadedFile("lease.pdf", PDF), SimpleUploadedFile("rows.csv", b"<script>")]
    press(client, "attach", draft, papers=files)
    lease, rows = Attachment.objects.order_by("pk")
    assert "lease.pdf" in words(client.get(page_url(draft)))
    answer = client.get(reverse("admin:entry_file", args=[rows.pk]))
    assert answer.content == b"<script>"
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("text/csv", "nosniff")
    assert answer["Content-Disposition"] == 'attachment; filename="rows.csv"'
    assert "sandbox" in answer["Content-Security-Policy"]
    page = press(client, "attach", draft, papers=[SimpleUploadedFile("run.exe", b"MZ")])
    assert told(page)[0][0] == "error"
    assert Attachment.objects.count() == 2
    assert bytes(lease.content) == PDF


def test_the_accountant_writes_the_auditor_looks_and_nobody_else_comes_near(as_role):
    draft = kept()
    attachments.attach(draft, [("a.pdf", PDF)], by=None)
    edit = reverse("admin:entry_edit", args=[draft.pk])
    paper = reverse("admin:entry_file", args=[Attachment.objects.get().pk])
    for role in ("auditor", "sales", "warehouse", "purchasing", "newcomer"):
        client, sees = as_role(role), 200 if role == "auditor" else 403
        for url in (list_url(EntryDraft), page_url(draft), paper):
            assert client.get(url).status_code == sees, (role, url)
        for url in (ADD, edit):
            assert client.get(url).status_code == client.post(url, typed(*RENT)).status_code == 403, (
                role,
                url,
            )
        for verb in ("hand_in", "approve", "undo", "discard", "attach"):
            press(client, verb, draft, day=str(timezone.localdate()))
    draft.refresh_from_db()
    assert (draft.state, EntryDraft.objects.count(), Attachment.objects.count()) == ("draft", 1, 1)
    assert not Account.objects.filter(lines__isnull=False).exists()


def test_the_limit_is_among_the_companys_settings(office):
    company = Company.objects.get()
    page = words(office.get(page_url(company)))
    assert 'name="entry_limit"' in page
