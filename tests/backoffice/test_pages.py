"""Every list and page opens, documents lead to one another, and no page grows dear with its rows."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from accounting.models import JournalEntry, OpenItem
from erp.backoffice import links
from erp.backoffice.site import office as site
from erp.documents.models import Outbox
from erp.inventory.models import StockMove
from erp.invoicing.models import CreditNote, Invoice, Payment
from erp.sales.models import Step
from tests.backoffice.desk import list_url, page_url, told, words
from tests.chain.scenes import pay, place, ship
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db

Order = get_model("order", "Order")
KAZAKH = "Қазақстанның ұлттық үйі " * 11


def waiting_on(page):
    """Return how many rows a list shows, or a page that is no list says."""
    return page.context["cl"].result_count if "cl" in page.context else page.context["waiting"]


def queries_of(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_every_list_and_page_opens(office, finished):
    for model in site._registry:
        assert office.get(list_url(model)).status_code == 200, model
        assert office.get(list_url(model), {"q": "a"}).status_code == 200, model
        row = model._default_manager.order_by("pk").last()
        if row is not None:
            assert office.get(page_url(row)).status_code == 200, model


@pytest.mark.parametrize(
    "model", [Order, Invoice, CreditNote, Payment, JournalEntry, OpenItem, StockMove, Step, Outbox]
)
def test_what_is_read_only_takes_no_form(office, finished, model):
    row = model._default_manager.order_by("pk").last()
    before = model._default_manager.filter(pk=row.pk).values().get()

    office.post(page_url(row), {"state": "draft", "status": "shipped", "amount": "1", "_save": "Save"})

    assert model._default_manager.filter(pk=row.pk).values().get() == before
    assert office.get(f"{list_url(model)}add/").status_code in (302, 403)
    assert office.post(f"{page_url(row).removesuffix('change/')}delete/", {"post": "yes"}).status_code == 403


def test_an_orders_page_shows_all_that_became_of_it(office, finished):
    page = words(office.get(page_url(finished)))

    rows = [
        *finished.invoices.all(),
        *finished.credit_notes.all(),
        *finished.delivery_notes.all(),
        *finished.returns.all(),
        *finished.payments.all(),
        *Outbox.objects.filter(order_number=finished.number),
    ]
    entries = [entry for entry in JournalEntry.objects.all() if "opening" not in entry.source_key]
    assert len(entries) == 6
    for row in [*rows, *entries]:
        assert page_url(row) in page, row
    assert f"<h1>Order {finished.number}</h1>" in page
    for text in ("Too bright", "confirm by mail", "Ada Lovelace", "12 Analytical Way", "Lamp", "297.50"):
        assert text in page, text


@pytest.mark.parametrize("relation", ["invoices", "credit_notes", "delivery_notes", "returns", "payments"])
def test_a_document_leads_to_its_order_and_its_entries_and_they_lead_back(office, finished, relation):
    document = getattr(finished, relation).get()
    page = words(office.get(page_url(document)))
    assert page_url(finished) in page
    entries = [entry for entry in JournalEntry.objects.all() if page_url(entry) in page]
    assert entries
    for entry in entries:
        answer = words(office.get(page_url(entry)))
        assert page_url(finished) in answer
        target = office.get(links.find(entry.source_key))
        assert target.status_code == 200
        assert page_url(entry) in words(target)


class TestSourceKeys:
    def test_each_kind_leads_to_its_page(self, office, finished, lamp):
        operation = finished.payments.get().operations.get(kind="capture")
        wanted = {
            f"invoice:{finished.invoices.get().pk}": page_url(finished.invoices.get()),
            f"credit:{finished.credit_notes.get().pk}": page_url(finished.credit_notes.get()),
            f"delivery:{finished.delivery_notes.get().pk}": page_url(finished.delivery_notes.get()),
            f"return:{finished.returns.get().pk}": page_url(finished.returns.get()),
            f"payment:{operation.reference}": page_url(finished.payments.get()),
            f"order:{finished.number}": page_url(finished),
        }
        for key, url in wanted.items():
            assert office.get("/admin/source/", {"key": key}).url == url
        opening = f"opening:product:{lamp.pk}"
        moves = office.get("/admin/source/", {"key": opening}, follow=True)
        assert opening in words(moves)

    @pytest.mark.parametrize(
        "key", ["", "invoice:x", "payment:none", "order:", "opening:never", "javascript:1"]
    )
    def test_an_unknown_one_is_said_to_be_so(self, office, key):
        response = office.get("/admin/source/", {"key": key}, follow=True)
        assert response.redirect_chain == [("/admin/", 302)]
        assert told(response) == [("error", f"Nothing here is called {key}.")]


class TestCost:
    def test_of_an_orders_page_is_the_same_for_one_line_and_for_twelve(self, office):
        products = [ProductFactory(stock=(5, "3.00")) for _ in range(12)]
        small = place(sale_line(products[0]), key="small")
        large = place(*[sale_line(product) for product in products], key="large")
        for order in (small, large):
            pay(order, reference=order.number)
            ship(order)
        office.get(page_url(small))  # what is cached once a process is cached now
        assert queries_of(office, page_url(small)) == queries_of(office, page_url(large))

    @pytest.mark.parametrize("model", [Order, Invoice, Payment, JournalEntry, StockMove, OpenItem])
    def test_of_a_list_is_the_same_for_two_rows_and_for_eight(self, office, model):
        product = ProductFactory(stock=(20, "3.00"))

        def sell(names):
            for name in names:
                order = place(sale_line(product), key=name)
                pay(order, reference=order.number)
                ship(order)

        sell("ab")
        few = queries_of(office, list_url(model))
        sell("cdefgh")
        assert queries_of(office, list_url(model)) == few


def test_a_long_title_in_any_script_stands_whole_on_every_page(office):
    title = KAZAKH[:255]
    product = ProductFactory(title=title, price=Decimal("10.00"), stock=(5, "3.00"))
    order = place(sale_line(product))
    pay(order)
    ship(order)
    documents = (order, order.invoices.get(), order.delivery_notes.get(), product)
    for row in documents:
        assert title in words(office.get(page_url(row))), row
    for model in (type(product), StockMove):
        assert title in words(office.get(list_url(model)))


def test_markup_in_a_name_is_shown_as_words(office):
    product = ProductFactory(title="<script>alert(1)</script>", stock=(5, "3.00"))
    order = place(sale_line(product))
    assert "<script>alert(1)" not in words(office.get(page_url(order)))


def test_the_first_page_counts_what_waits_and_leads_to_it(office, ordered):
    todos = {todo.label: todo for todo in office.get("/admin/").context["todos"]}
    assert todos["Invoices to be paid"].count == 1
    assert todos["Delivery notes to ship"].count == 0
    for todo in todos.values():
        listed = office.get(todo.url)
        assert listed.status_code == 200
        assert waiting_on(listed) == todo.count


class TestDocuments:
    @pytest.mark.parametrize("relation", ["invoices", "credit_notes", "delivery_notes"])
    def test_a_pdf_is_shown(self, office, finished, relation):
        document = getattr(finished, relation).get()
        url = links.pdf_of(document).split('"')[1]
        response = office.get(url)
        assert response.content.startswith(b"%PDF")
        assert f"{document.number}.pdf" in response["Content-Disposition"]

    def test_without_its_libraries_the_line_that_helps_is_told(self, office, ordered, monkeypatch):
        from erp.backoffice import papers
        from erp.invoicing.pdf import PdfUnavailable

        def unavailable(document):
            raise PdfUnavailable("PDFs need two libraries: apt-get install …")

        monkeypatch.setattr(papers, "document_pdf", unavailable)
        invoice = ordered.invoices.get()
        response = office.get(f"/admin/pdf/invoice/{invoice.pk}/", follow=True)
        assert response.redirect_chain == [(page_url(invoice), 302)]
        assert told(response) == [("error", "PDFs need two libraries: apt-get install …")]

    @pytest.mark.parametrize("path", ["invoice/999", "return/1", "order/1"])
    def test_what_is_not_there_is_not_found(self, office, finished, path):
        assert office.get(f"/admin/pdf/{path}/").status_code == 404
