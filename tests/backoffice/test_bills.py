"""Suppliers' bills and credit notes, typed in at the back office, and goods sent back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounting import chart, ledger
from accounting.models import Account, TaxCode
from erp import procure_to_pay
from erp.inventory.models import StockLevel
from erp.purchasing import suppliers
from erp.purchasing.models import Supplier, SupplierBill, SupplierReturn
from tests.backoffice.desk import page_url, press, told, words

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
ADD = "/admin/purchasing/supplierbill/add/"


@pytest.fixture
def oak():
    return suppliers.keep(Supplier(code="oak", name="Oak & Sons"))


@pytest.fixture
def received(oak, lamp):
    """Four lamps at 60.00 that are here and not billed yet."""
    lines = [procure_to_pay.Wanted(lamp, 4, Decimal("60.00"))]
    purchase = procure_to_pay.draft(oak, lines=lines, on=TODAY)
    procure_to_pay.order(purchase, on=TODAY)
    procure_to_pay.receive(purchase, quantities={purchase.lines.get().pk: 4}, on=TODAY, key="r1")
    return purchase


def rate(code="DE-S-19"):
    return TaxCode.objects.get(code=code).pk


def of(purchase, kind="bill"):
    return f"/admin/purchasing/supplierbill/order/{purchase.pk}/{kind}/"


def paper(number="R-1", **changes):
    return {"number": number, "issued_on": str(TODAY), **changes}


def goods(purchase, quantity, net, **changes):
    """Return what the form of a bill sends about the order's one line."""
    answers = {"quantity": quantity, "net": net, "tax_code": rate(), **changes}
    return {f"line{purchase.lines.get().pk}-{name}": value for name, value in answers.items()}


def test_a_bill_of_what_came_is_filled_in_already_and_booked_once(office, received):
    asked = press(office, "bill", received)
    assert 'value="4"' in words(asked)
    assert 'value="240.00"' in words(asked)
    file = SimpleUploadedFile("bill.pdf", b"%PDF what they sent")
    for _ in range(2):
        response = office.post(
            of(received), {**paper(), **goods(received, 4, "240.00"), "file": file}, follow=True
        )
        file.seek(0)
    bill = SupplierBill.objects.get()
    assert (bill.net, bill.tax, bill.gross) == (Decimal("240.00"), Decimal("45.60"), Decimal("285.60"))
    assert bill.due_on == TODAY + timedelta(days=30)
    assert ledger.balance(chart.PAYABLE) == Decimal("-285.60")
    shown = words(response)
    assert "285.60" in shown
    assert "bill.pdf" in shown
    kept = office.get(f"/admin/purchasing/supplierbill/{bill.pk}/file/")
    assert kept.content == b"%PDF what they sent"
    assert kept["Content-Disposition"].startswith("attachment")
    assert "is not billed" in told(press(office, "bill", received))[-1][1]


def test_a_bill_that_differs_is_taken_for_a_reason_only(office, received):
    dear = goods(received, 4, "280.00")
    refused = office.post(of(received), {**paper(), **dear}, follow=True)
    assert "by the order it is 240.00" in told(refused)[0][1]
    office.post(of(received), {**paper(accepted_because="Agreed by phone"), **dear})
    assert SupplierBill.objects.get().accepted_because == "Agreed by phone"
    assert "Agreed by phone" in words(office.get(page_url(SupplierBill.objects.get())))


def test_freight_is_booked_along_and_more_than_came_is_refused(office, received):
    freight = {
        "expense0-account": Account.objects.get(role=chart.EXPENSES).pk,
        "expense0-description": "Freight",
        "expense0-net": "10.00",
        "expense0-tax_code": rate(),
        "expense0-tax": "1.91",
    }
    refused = office.post(of(received), {**paper(), **goods(received, 5, "300.00")}, follow=True)
    assert "receive the goods first" in told(refused)[0][1]
    office.post(of(received), {**paper(), **goods(received, 4, "240.00"), **freight})
    assert SupplierBill.objects.get().gross == Decimal("285.60") + Decimal("11.91")


def test_rent_is_booked_without_an_order(office, oak):
    expense = Account.objects.get(role=chart.EXPENSES).pk
    line = {"expense0-account": expense, "expense0-net": "1000.00", "expense0-tax_code": rate()}
    whose = {"supplier": oak.pk, "kind": "bill"}
    half = office.post(ADD, {**whose, **paper(), "expense1-net": "5.00", "expense2-account": expense})
    assert "Say what it is for." in words(half)
    assert "Say how much." in words(half)
    nothing = office.post(ADD, {**whose, **paper()}, follow=True)
    assert told(nothing)[0][0] == "error"
    late = office.post(ADD, {**whose, **line, **paper(issued_on=str(TODAY + timedelta(days=1)))})
    assert "still to come" in words(late)
    office.post(ADD, {**whose, **line, **paper()})
    assert SupplierBill.objects.get().gross == Decimal("1190.00")
    assert ledger.balance(chart.INPUT_VAT) == Decimal("190.00")


def test_goods_go_back_and_are_credited(office, received, lamp):
    line = received.lines.get()
    office.post(of(received), {**paper(), **goods(received, 4, "240.00")})
    without = press(office, "send_back", received, key="b0", **{f"row_{line.pk}": 1})
    assert not SupplierReturn.objects.exists()
    assert b"required" in without.content
    for _ in range(2):
        press(office, "send_back", received, key="b1", reason="Scratched", **{f"row_{line.pk}": 1})
    gone = SupplierReturn.objects.get()
    assert StockLevel.objects.get(product=lamp).on_hand == 12
    assert "Scratched" in words(office.get(page_url(gone)))
    asked = words(press(office, "credit", received))
    assert 'value="60.00"' in asked
    office.post(of(received, "credit"), {**paper("G-1"), **goods(received, 1, "60.00")})
    assert ledger.balance(chart.PAYABLE) == Decimal("-285.60") + Decimal("71.40")
    listed = words(office.get("/admin/purchasing/supplierbill/?open=yes"))
    assert "G-1" in listed
    assert "71.40" in listed


@pytest.mark.parametrize(("country", "code"), [("DE", "DE-S-19"), ("FR", "DE-IA-19"), ("US", "")])
def test_the_usual_vat_is_that_of_where_the_supplier_is(office, received, oak, country, code):
    oak.country = country
    suppliers.keep(oak)
    form = press(office, "bill", received).context["blocks"][1][1]
    assert (form.initial["tax_code"].code if code else form.initial["tax_code"] or "") == code


def test_bills_are_the_accountants(as_role, received):
    assert as_role("purchasing").get(of(received)).status_code == 403
    assert as_role("purchasing").get(ADD).status_code == 403
    assert as_role("warehouse").get("/admin/purchasing/supplierbill/").status_code == 403
    assert as_role("accountant").get(of(received)).status_code == 200


VERBS = {
    "purchasing": ["order", "edit", "cancel", "receive", "send_back", "close"],
    "warehouse": ["receive", "send_back"],
    "accountant": ["bill", "credit"],
}


@pytest.mark.parametrize("role", VERBS)
def test_each_verb_of_a_purchase_is_offered_to_those_whose_work_it_is(as_role, received, oak, lamp, role):
    lines = [procure_to_pay.Wanted(lamp, 2, Decimal("60.00"))]
    draft, part = (procure_to_pay.draft(oak, lines=lines, on=TODAY) for _ in range(2))
    procure_to_pay.order(part, on=TODAY)
    procure_to_pay.receive(part, quantities={part.lines.get().pk: 1}, on=TODAY, key="r2")
    client = as_role(role)
    shown = "".join(words(client.get(page_url(row))) for row in (draft, part))
    every = {verb for verbs in VERBS.values() for verb in verbs}
    assert {verb for verb in every if f'name="action" value="{verb}"' in shown} == set(VERBS[role])
    for verb in every - set(VERBS[role]):
        assert press(client, verb, part if verb != "order" else draft).status_code in (200, 302, 403)
    for row in (draft, part, received):
        state = row.state
        row.refresh_from_db()
        assert row.state == state
