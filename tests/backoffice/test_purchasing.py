"""Whom we buy from, at which prices, what is ordered, and what came: at the back office."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from accounting.models import Party
from erp import procure_to_pay
from erp.documents.models import DocumentFile
from erp.inventory.models import StockLevel
from erp.invoicing.pages import page
from erp.invoicing.purchases import NotOrdered
from erp.purchasing import prices, suppliers
from erp.purchasing.models import PurchaseOrder, Supplier, SupplierPrice
from tests.backoffice.desk import list_url, page_url, press, told, words
from tests.chain.scenes import work

pytestmark = pytest.mark.django_db

State = PurchaseOrder.State
TODAY = timezone.localdate()
ADD = "/admin/purchasing/purchaseorder/add/"


@pytest.fixture
def oak():
    return suppliers.keep(
        Supplier(
            code="oak",
            name="Oak & Sons",
            email="orders@oak.example",
            address="Forest Road 1\n01067 Dresden",
            customer_number="C-77",
        )
    )


@pytest.fixture
def priced(oak, lamp):
    return prices.keep(SupplierPrice(supplier=oak, product=lamp, sku="OAK-1", price=Decimal("60.00"), pack=2))


@pytest.fixture
def drafted(oak, lamp, priced):
    return procure_to_pay.draft(
        oak, lines=[procure_to_pay.Wanted(lamp, 4)], on=TODAY, note="By the back door"
    )


def fields(*rows, initial=0, **head):
    """Return what the form of a draft sends."""
    sent = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": initial, **head}
    for number, row in enumerate(rows):
        sent |= {f"form-{number}-{name}": value for name, value in row.items()}
    return sent


def test_a_supplier_is_written_with_its_party(office):
    form = {
        "code": "elm",
        "name": "Elm",
        "country": "DE",
        "lead_days": 5,
        "payment_days": 30,
        "is_active": "on",
    }
    office.post(f"{list_url(Supplier)}add/", form)
    elm = Supplier.objects.get()
    assert elm.party.key == "supplier:elm"
    office.post(page_url(elm), form | {"code": "other", "name": "Elm Ltd", "email": "a@elm.example"})
    elm.refresh_from_db()
    assert (elm.code, elm.name) == ("elm", "Elm Ltd")
    assert Party.objects.get(key="supplier:elm").email == "a@elm.example"
    wrong = office.post(page_url(elm), form | {"iban": "DE1", "bic": "X", "vat_id": "DE1"})
    assert {"iban", "bic", "vat_id"} <= wrong.context["adminform"].form.errors.keys()


def test_the_last_preferred_price_is_the_preferred_one(office, oak, lamp, priced):
    elm = suppliers.keep(Supplier(code="elm", name="Elm"))
    row = {"product": lamp.pk, "price": "5.00", "pack": 1, "minimum": 0, "is_preferred": "on"}
    for supplier in (oak, elm):
        url = page_url(priced) if supplier == oak else f"{list_url(SupplierPrice)}add/"
        office.post(url, row | {"supplier": supplier.pk})
    assert list(SupplierPrice.objects.values_list("supplier__code", "is_preferred").order_by("pk")) == [
        ("oak", False),
        ("elm", True),
    ]


@pytest.fixture
def head(oak, lamp):
    place = StockLevel.objects.get(product=lamp).warehouse_id
    return {"supplier": oak.pk, "warehouse": place, "note": ""}


def test_a_draft_names_what_is_there_in_whole_packs(office, head, priced):
    assert b'value="LAMP"' in office.get(ADD).content
    wrong = office.post(ADD, fields({"sku": "NONE", "quantity": 4}, **head))
    assert "No product is called" in words(wrong)
    nothing = office.post(ADD, fields({}, **head))
    assert "Say what is to be ordered." in words(nothing)
    refused = office.post(ADD, fields({"sku": "LAMP", "quantity": 3}, **head))
    assert told(refused) == [
        ("error", "'Lamp' comes in packs of 2: 3 pieces are no whole packs."),
    ]
    assert not PurchaseOrder.objects.exists()


def test_an_order_is_drafted_by_our_sku_or_theirs_at_listed_prices_or_others(office, head, bowl, priced):
    bowls = {"sku": "BOWL", "quantity": 1, "price": 20}
    office.post(ADD, fields({"sku": "OAK-1", "quantity": 4}, bowls, **head))
    made = PurchaseOrder.objects.get()
    assert list(made.lines.order_by("pk").values_list("title", "quantity", "price", "pack")) == [
        ("Lamp", 4, Decimal("60.00"), 2),
        ("Bowl", 1, Decimal("20.00"), 1),
    ]


def test_a_draft_is_changed_and_an_order_is_not(office, head, drafted, bowl):
    edit = f"{list_url(PurchaseOrder)}{drafted.pk}/edit/"
    assert b"LAMP" in press(office, "edit", drafted).content
    gone = {"sku": "LAMP", "quantity": 4, "price": 60, "pack": 2, "DELETE": "on"}
    instead = {"sku": "BOWL", "quantity": 7, "price": "19.00", "pack": 1}
    line = drafted.lines.get()
    stays = {"sku": "LAMP", "quantity": line.quantity, "price": line.price, "pack": line.pack}
    office.post(edit, fields(stays, instead, initial=1, **head))
    assert sorted(drafted.lines.values_list("product__title", flat=True)) == ["Bowl", "Lamp"]
    office.post(edit, fields(gone, initial=2, **head))
    office.post(edit, fields(gone, instead, initial=2, **head))
    assert drafted.lines.get().product == bowl

    day = TODAY + timedelta(days=3)
    response = press(office, "order", drafted, expected_on=str(day))
    assert told(response)[-1:] == [("success", f"{drafted} is ordered, and goes to Oak & Sons by mail.")]
    drafted.refresh_from_db()
    assert (drafted.state, drafted.expected_on) == (State.ORDERED, day)
    late = office.post(edit, fields(instead, **head), follow=True)
    assert "only a draft can be changed" in told(late)[-1][1]


def test_what_comes_is_received_once_and_the_rest_given_up(office, drafted, lamp):
    procure_to_pay.order(drafted, on=TODAY)
    line = drafted.lines.get()
    for _ in range(2):
        press(office, "receive", drafted, key="k1", reference="LS 1", **{f"row_{line.pk}": 3})
    line.refresh_from_db()
    drafted.refresh_from_db()
    assert (line.received, drafted.state) == (3, State.PARTLY_RECEIVED)
    assert StockLevel.objects.get(product=lamp).on_hand == 12
    assert "LS 1" in words(office.get(page_url(drafted)))
    assert "Lamp" in words(office.get(page_url(drafted.receipts.get())))

    too_many = press(office, "receive", drafted, key="k2", **{f"row_{line.pk}": 9})
    assert "9 are too many" in told(too_many)[0][1]
    nothing = press(office, "receive", drafted, key="k3", **{f"row_{line.pk}": 0})
    assert "Say how many pieces came." in words(nothing)
    press(office, "close", drafted)
    drafted.refresh_from_db()
    assert drafted.state == State.RECEIVED


def test_a_draft_is_cancelled_and_has_no_paper(office, drafted):
    with pytest.raises(NotOrdered, match="not ordered yet"):
        page(drafted)
    press(office, "cancel", drafted)
    drafted.refresh_from_db()
    assert drafted.state == State.CANCELLED


def test_an_order_goes_to_its_supplier_by_mail_with_its_paper(office, drafted, mailoutbox):
    procure_to_pay.order(drafted, on=TODAY)
    work()
    [mail] = mailoutbox
    assert mail.to == ["orders@oak.example"]
    assert mail.subject == f"Purchase order {drafted.number} from Your company"
    assert "4 x Lamp (your SKU OAK-1): 120.00 EUR" in mail.body
    assert "By the back door" in mail.body
    [(name, content, _)] = mail.attachments
    assert name == f"{drafted.number}.pdf"
    text = " ".join(PdfReader(BytesIO(content)).pages[0].extract_text().split())
    for said in ("Oak & Sons", "01067 Dresden", "C-77", "OAK-1", "120.00 EUR", "Bring the goods to"):
        assert said in text
    assert bytes(DocumentFile.objects.get(source_key=f"purchase:{drafted.pk}").content) == content
    assert office.get(f"/admin/pdf/purchase/{drafted.pk}/").content == content


def test_nothing_goes_to_a_supplier_without_an_address_or_of_a_cancelled_order(drafted, oak, mailoutbox):
    oak.email = ""
    suppliers.keep(oak)
    procure_to_pay.order(drafted, on=TODAY)
    work()
    assert DocumentFile.objects.filter(source_key=f"purchase:{drafted.pk}").exists()
    assert mailoutbox == []


def test_what_should_be_ordered_is_drafted_with_one_click(office, lamp, priced):
    lamp.stockrecords.update(low_stock_threshold=20)
    shown = words(office.get("/admin/reorder/"))
    assert "9 will be left (9 here, 0 promised)" in shown
    unanswered = office.post("/admin/reorder/", {"products": [lamp.pk], f"pieces_{lamp.pk}": ""})
    assert "Say how many." in words(unanswered)
    response = office.post("/admin/reorder/", {"products": [lamp.pk], f"pieces_{lamp.pk}": "14"}, follow=True)
    made = PurchaseOrder.objects.get()
    assert told(response) == [("success", f"{made} to Oak & Sons is drafted: look it over and order it.")]
    assert made.lines.get().quantity == 14
    again = office.post("/admin/reorder/", {"products": [lamp.pk], f"pieces_{lamp.pk}": "14"}, follow=True)
    assert told(again) == [("warning", "All of it has been ordered meanwhile.")]
    assert PurchaseOrder.objects.count() == 1
    assert "Nothing has to be ordered" in words(again)


def test_only_purchasing_drafts(as_role, lamp, priced):
    lamp.stockrecords.update(low_stock_threshold=20)
    sent = {"products": [lamp.pk], f"pieces_{lamp.pk}": "14"}
    assert as_role("sales").get("/admin/reorder/").status_code == 403
    assert as_role("warehouse").post("/admin/reorder/", sent).status_code == 403
    assert as_role("purchasing").post("/admin/reorder/", sent).status_code == 302


def test_the_first_page_counts_what_purchasing_has_to_do(as_role, oak, lamp, priced, drafted):
    lamp.stockrecords.update(low_stock_threshold=20)
    lines = [procure_to_pay.Wanted(lamp, 2)]
    month_ago = TODAY - timedelta(days=30)
    for _ in range(2):
        procure_to_pay.order(procure_to_pay.draft(oak, lines=lines, on=month_ago), on=month_ago)
    client = as_role("purchasing")
    todos = {todo.label: todo for todo in client.get("/admin/").context["todos"]}
    counted = {label: todo.count for label, todo in todos.items() if todo.count}
    assert counted == {
        "Products to reorder": 1,
        "Purchase orders to send": 1,
        "Purchase orders that are late": 2,
        "Products low in stock": 1,
    }
    for label in ("Purchase orders to send", "Purchase orders that are late"):
        assert client.get(todos[label].url).context["cl"].result_count == counted[label]
    assert client.get("/admin/purchasing/purchaseorder/?goods=open").context["cl"].result_count == 2
