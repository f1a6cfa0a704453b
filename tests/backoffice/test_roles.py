"""Each role opens and does what is its work, and nothing else."""

import pytest
from django.contrib.auth.models import Group, User
from oscar.core.loading import get_model

from accounting.models import Account, JournalEntry, JournalLine, OpenItem, Party, TaxCode
from erp.backoffice import roles
from erp.backoffice.models import DataImport
from erp.backoffice.site import office as site
from erp.banking.models import BankLine, BankStatement, CsvMapping, Payout, TransferBatch
from erp.delivery.models import Carrier, DeliveryNote, Return
from erp.documents.models import Company, Outbox
from erp.inventory.models import (
    Adjustment,
    CounterCorrection,
    PriceChange,
    StockLevel,
    StockMove,
    Stocktake,
    StocktakeLine,
    StockValue,
    Transfer,
)
from erp.invoicing.models import CreditNote, Invoice, Payment, ProviderEvent
from erp.purchasing.models import (
    GoodsReceipt,
    PaymentRun,
    PurchaseOrder,
    Supplier,
    SupplierBill,
    SupplierPayment,
    SupplierPrice,
    SupplierReturn,
)
from erp.sales.models import Automation, Step, TaxClass
from tests.backoffice.conftest import person
from tests.backoffice.desk import list_url, page_url, press, told, words
from tests.chain.scenes import pay, place, ship
from tests.factories import sale_line

pytestmark = pytest.mark.django_db

Category = get_model("catalogue", "Category")
Offer = get_model("offer", "ConditionalOffer")
Order = get_model("order", "Order")
OrderAndItemCharges = get_model("shipping", "OrderAndItemCharges")
Product = get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")
Voucher = get_model("voucher", "Voucher")

SALES, WAREHOUSE, ACCOUNTANT, PURCHASING = "sales", "warehouse", "accountant", "purchasing"
ORDERS = {SALES, WAREHOUSE, ACCOUNTANT}
PURCHASES = {WAREHOUSE, ACCOUNTANT, PURCHASING}
EVERYBODY = {*ORDERS, PURCHASING}
# Who opens which list.
LISTS = {
    Order: ORDERS,
    DeliveryNote: ORDERS,
    Return: ORDERS,
    Carrier: {WAREHOUSE},
    Product: EVERYBODY,
    DataImport: EVERYBODY,
    StockRecord: EVERYBODY,
    StockLevel: EVERYBODY,
    StockMove: EVERYBODY,
    Transfer: EVERYBODY,
    Stocktake: {WAREHOUSE, ACCOUNTANT},
    StocktakeLine: {WAREHOUSE, ACCOUNTANT},
    Adjustment: {WAREHOUSE, ACCOUNTANT},
    Step: ORDERS,
    Invoice: {SALES, ACCOUNTANT},
    CreditNote: {SALES, ACCOUNTANT},
    Payment: {SALES, ACCOUNTANT},
    ProviderEvent: {SALES, ACCOUNTANT},
    PriceChange: {SALES, ACCOUNTANT},
    Outbox: {SALES, ACCOUNTANT},
    PurchaseOrder: PURCHASES,
    GoodsReceipt: PURCHASES,
    SupplierReturn: PURCHASES,
    Supplier: PURCHASES,
    SupplierBill: {ACCOUNTANT, PURCHASING},
    SupplierPayment: {ACCOUNTANT, PURCHASING},
    PaymentRun: {ACCOUNTANT},
    SupplierPrice: {ACCOUNTANT, PURCHASING},
    Category: {SALES},
    Offer: {SALES},
    Voucher: {SALES},
    OrderAndItemCharges: {SALES},
    StockValue: {ACCOUNTANT},
    CounterCorrection: {ACCOUNTANT},
    JournalEntry: {ACCOUNTANT},
    JournalLine: {ACCOUNTANT},
    Account: {ACCOUNTANT},
    OpenItem: {ACCOUNTANT},
    Party: {ACCOUNTANT},
    BankLine: {ACCOUNTANT},
    BankStatement: {ACCOUNTANT},
    Payout: {ACCOUNTANT},
    TransferBatch: {ACCOUNTANT},
    CsvMapping: {ACCOUNTANT},
    TaxCode: {ACCOUNTANT},
    TaxClass: {ACCOUNTANT},
    Company: set(),
    Automation: set(),
    User: set(),
    Group: set(),
}
# Who may do what, and on which row of a finished order and an open one.
VERBS = {
    "ship": {WAREHOUSE},
    "settle": {ACCOUNTANT},
    "credit": {SALES, ACCOUNTANT},
    "cancel": {SALES},
    "take_back": {WAREHOUSE},
    "invoice": {SALES, ACCOUNTANT},
    "retry": {SALES, ACCOUNTANT},
    "adjust": {WAREHOUSE},
    "move_to_bin": {WAREHOUSE},
}


@pytest.fixture
def rows(lamp):
    """A row for each verb, in a state in which the verb could be taken."""
    paid = place(sale_line(lamp, 1, "119.00"), key="paid")
    pay(paid)
    gone = place(sale_line(lamp, 1, "119.00"), key="gone")
    pay(gone, reference="transfer-2")
    ship(gone)
    waiting = place(sale_line(lamp, 1, "119.00"), key="waiting")
    Automation.objects.create(step="invoice", mode="manual")
    unbilled = place(sale_line(lamp, 1, "119.00"), key="unbilled")
    return {
        "ship": paid.delivery_notes.get(),
        "settle": waiting.payments.get(),
        "credit": waiting.invoices.get(),
        "cancel": waiting,
        "take_back": gone,
        "invoice": unbilled,
        "retry": unbilled.steps.get(name="invoice"),
        "adjust": lamp.stockrecords.get(),
        "move_to_bin": lamp.stock_levels.get(),
    }


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_the_lists_of_its_work_open_and_no_others(as_role, role):
    client = as_role(role)
    opened = {model for model in LISTS if client.get(list_url(model)).status_code == 200}
    assert opened == {model for model, those in LISTS.items() if role in those}
    listed = words(client.get("/admin/"))
    for model in LISTS:
        assert (f'"{list_url(model)}"' in listed) == (model in opened), model


@pytest.mark.parametrize("role", sorted(ORDERS))
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_offered_to_those_whose_work_it_is_and_refused_to_others(as_role, rows, role, verb):
    client, row = as_role(role), rows[verb]
    may = role in VERBS[verb]

    page = client.get(page_url(row))
    assert (f'name="action" value="{verb}"' in words(page)) == may

    response = press(client, verb, row)
    is_asked = b'class="closelink"' in response.content
    is_done = "success" in [level for level, _ in told(response)]
    assert (response.status_code == 200 and (is_asked or is_done)) == may


@pytest.mark.parametrize("role", [SALES, WAREHOUSE])
def test_the_books_are_the_accountants(as_role, ordered, role):
    stranger, accountant = as_role(role), as_role(ACCOUNTANT)
    days = {"start": "2026-01-01", "end": "2026-12-31"}
    for path in ("/admin/books/", "/admin/books/exports/"):
        assert stranger.get(path, days).status_code == 403
        assert accountant.get(path, days).status_code == 200
    assert "/admin/books/" not in words(stranger.get("/admin/"))
    assert "Journal entries" not in words(stranger.get(page_url(ordered)))


def test_exports_and_documents_are_for_those_who_may_see_them(as_role, ordered):
    warehouse, accountant = as_role(WAREHOUSE), as_role(ACCOUNTANT)
    invoice, note = ordered.invoices.get(), ordered.delivery_notes.get()
    for url in (f"{list_url(Invoice)}export/", f"/admin/pdf/invoice/{invoice.pk}/"):
        assert warehouse.get(url).status_code == 403
        assert accountant.get(url).status_code == 200
    assert warehouse.get(f"/admin/pdf/delivery/{note.pk}/").status_code == 200


def test_an_accountant_reads_products_and_changes_none(as_role, lamp):
    client = as_role(ACCOUNTANT)
    assert client.get(page_url(lamp)).status_code == 200
    client.post(page_url(lamp), {"title": "Cheap", "sku": "LAMP", "price": "1.00"})
    assert Product.objects.get().title == "Lamp"
    assert client.get(f"{list_url(Product)}add/?kind={lamp.product_class.pk}").status_code == 403


@pytest.mark.parametrize("who", ["nobody", "customer"])
def test_whoever_is_no_staff_sees_the_login(client, ordered, who):
    if who == "customer":
        client.force_login(User.objects.create_user("kim", "kim@example.com"))
    urls = [
        "/admin/",
        "/admin/books/exports/",
        "/admin/source/",
        f"/admin/pdf/invoice/{ordered.invoices.get().pk}/",
    ]
    for url in [*urls, *(list_url(model) for model in site._registry)]:
        assert client.get(url).url.startswith("/admin/login/"), url


def test_staff_without_a_role_may_do_nothing(as_role, ordered):
    client = as_role("newcomer")
    assert client.get("/admin/").context["todos"] == []
    assert {client.get(list_url(model)).status_code for model in LISTS} == {403}


def test_a_company_keeps_the_permissions_it_gave_to_a_role():
    person(SALES)
    group = Group.objects.get(name=SALES)
    group.permissions.set(group.permissions.filter(codename="view_order"))
    roles.seed()
    assert group.permissions.count() == 1


def test_oscars_own_group_is_taken_away_unless_somebody_is_in_it():
    Group.objects.create(name=roles.OSCARS_GROUP)
    roles.seed()
    assert {group.name for group in Group.objects.all()} == set(roles.ROLES)

    person(SALES).groups.add(Group.objects.create(name=roles.OSCARS_GROUP))
    roles.seed()
    assert Group.objects.filter(name=roles.OSCARS_GROUP).exists()


def test_each_permission_that_a_role_names_is_there():
    roles.seed()
    for name, wanted in roles.ROLES.items():
        found = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
        assert {f"{app}.{codename}" for app, codename in found} == set(wanted)


def test_what_a_role_may_not_see_is_refused_with_the_way_back(as_role):
    response = as_role("warehouse").get("/admin/books/")
    assert response.status_code == 403
    assert "To the back office" in response.content.decode()
