"""Who sees which order, and its papers."""

import re
from dataclasses import replace
from decimal import Decimal
from urllib.parse import unquote

import pytest
from django.core import signing
from django.utils import timezone
from oscar.core.loading import get_model

from erp import order_to_cash
from erp.invoicing import links
from erp.invoicing.pdf import PdfUnavailable
from tests.chain.scenes import place
from tests.factories import ADA, MONDAY, ProductFactory, sale_line

from . import buying
from .buying import product, text

pytestmark = pytest.mark.django_db
Order = get_model("order", "Order")


@pytest.fixture
def guests_order(client, standard):
    buying.buy(client, product(price="100.00"))
    return Order.objects.get()


@pytest.fixture
def people(django_user_model):
    """Ada, who buys, and Eve, who would like to see it."""
    return [
        django_user_model.objects.create_user(name, f"{name}@example.com", "x") for name in ("ada", "eve")
    ]


def send(order):
    """Let all of an order leave, paid or not."""
    order.delivery_notes.update(state="ready")
    order_to_cash.ship(order.delivery_notes.get(), on=MONDAY)


def papers_of(client, page) -> list[str]:
    return re.findall(r'href="([^"]+\.pdf)"', text(client.get(page)))


def test_a_guest_opens_the_order_by_its_link_and_downloads_its_papers(client, guests_order):
    page = f"/orders/{links.order_token(guests_order)}/"
    assert len(papers_of(client, page)) == 1  # a delivery note goes with the goods
    send(guests_order)
    papers = papers_of(client, page)
    assert len(papers) == 2
    for paper in papers:
        response = client.get(paper)
        assert response["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF")


def test_the_link_of_a_guest_expires(client, guests_order):
    token = links.order_token(guests_order)
    get_model("documents", "Company").objects.update(guest_link_days=0)
    for page in (f"/orders/{token}/", f"/orders/{token}/invoice-1.pdf", f"/checkout/thank-you/{token}/"):
        response = client.get(page)
        assert response.status_code == 410
        assert "no longer valid" in text(response)


@pytest.mark.parametrize("token", ["x", "1", "W10:1:x"])
def test_a_forged_link_opens_nothing(client, guests_order, token):
    assert client.get(f"/orders/{token}/").status_code == 410
    forged = signing.dumps(guests_order.pk, salt="another")
    assert client.get(f"/orders/{forged}/").status_code == 410


def test_a_link_opens_no_paper_of_another_order(client, guests_order, standard):
    other = type(client)()
    buying.buy(other, product("Stool"))
    theirs = Order.objects.exclude(pk=guests_order.pk).get()
    token = links.order_token(guests_order)
    for kind, row in (("invoice", theirs.invoices.get()), ("delivery-note", theirs.delivery_notes.get())):
        assert client.get(f"/orders/{token}/{kind}-{row.pk}.pdf").status_code == 404
    assert client.get(f"/orders/{token}/secret-1.pdf").status_code == 404


def test_an_order_of_an_account_is_seen_by_its_owner_alone(client, standard, people):
    ada, eve = people
    client.force_login(ada)
    buying.buy(client, product())
    order = Order.objects.get()
    page = f"/accounts/orders/{order.number}/"
    send(order)
    papers = papers_of(client, page)
    assert len(papers) == 2
    assert client.get(papers[0]).content.startswith(b"%PDF")
    stranger = type(client)()
    for each in (page, *papers):
        assert stranger.get(each).url.startswith("/accounts/login/")
    stranger.force_login(eve)
    for each in (page, *papers, f"/orders/{links.order_token(order)}/"):
        assert stranger.get(each).status_code == 404


def test_the_link_in_the_mail_of_an_account_asks_its_owner_to_log_in(client, standard, people):
    client.force_login(people[0])
    buying.buy(client, product())
    token = links.order_token(Order.objects.get())
    client.logout()
    for page in (f"/orders/{token}/", f"/orders/{token}/invoice-1.pdf", f"/checkout/thank-you/{token}/"):
        response = client.get(page)
        assert response.status_code == 302
        assert unquote(response.url) == f"/accounts/login/?next={page}"
    client.force_login(people[0])
    assert client.get(f"/orders/{token}/").status_code == 200


def test_a_guests_order_is_in_nobodys_account(client, guests_order, people):
    client.force_login(people[0])
    assert client.get(f"/accounts/orders/{guests_order.number}/").status_code == 404


def test_the_page_tells_how_far_the_order_is(client, guests_order):
    page = f"/orders/{links.order_token(guests_order)}/"
    assert "Please transfer €105.95" in text(client.get(page))
    order_to_cash.cancel(guests_order, on=timezone.localdate())
    after = text(client.get(page))
    assert "Cancelled" in after
    assert "Please transfer" not in after
    assert "Credit note" in after


def test_the_page_asks_for_what_is_left_to_pay_and_says_how_it_was_paid(client, guests_order):
    page = f"/orders/{links.order_token(guests_order)}/"
    today = timezone.localdate()
    invoice = guests_order.invoices.get()
    postage = invoice.lines.get(kind="shipping")
    order_to_cash.credit(invoice, quantities={postage.pk: 1}, on=today, key="c1")
    assert "Please transfer €100.00" in text(client.get(page))
    payment = guests_order.payments.get()
    order_to_cash.settle(payment, amount=Decimal("100.00"), reference="b", on=today)
    after = text(client.get(page))
    assert "Please transfer" not in after
    assert "Bank transfer, paid" in after


def test_where_pdfs_cannot_be_made_the_page_says_what_helps(client, guests_order, monkeypatch):
    def unavailable(document):
        raise PdfUnavailable("PDFs need two libraries on this machine: apt-get install them")

    monkeypatch.setattr("shop.customer.order_views.document_pdf", unavailable)
    page = f"/orders/{links.order_token(guests_order)}/"
    response = client.get(papers_of(client, page)[0])
    assert response.status_code == 503
    assert "apt-get install" in text(response)


def test_the_sums_of_an_order_add_up_with_a_discount_on_shipping(client, standard):
    buying.offer("Half the shipping", value="50", kind="Shipping percentage", goods=False)
    buying.buy(client, product(price="20.00"))
    context = client.get(f"/orders/{links.order_token(Order.objects.get())}/").context
    off = sum(discount.amount for discount in context["discounts"])
    assert str(context["shipping"]) == "5.95"
    assert context["goods"] - off + context["shipping"] == context["order"].total_incl_tax


def test_a_draft_invoice_is_no_paper(client, guests_order):
    invoice = guests_order.invoices.get()
    assert invoice.number in text(client.get(f"/orders/{links.order_token(guests_order)}/"))


def test_a_business_downloads_its_invoice_for_its_books_and_a_person_does_not(client):
    lines = (sale_line(ProductFactory(stock=(5, "4.00"))),)
    firm = place(*lines, key="firm", ship_to=replace(ADA, company="Dupont & Fils"))
    person = place(*lines, key="person")
    for order, there in ((firm, True), (person, False)):
        page = f"/orders/{links.order_token(order)}/"
        link = f"{page}invoice-{order.invoices.get().pk}.xml"
        assert (link in text(client.get(page))) == there
        assert (client.get(link).status_code == 200) == there
    answer = client.get(f"/orders/{links.order_token(firm)}/invoice-{firm.invoices.get().pk}.xml")
    assert answer["Content-Type"] == "application/xml"
    assert b"CrossIndustryInvoice" not in answer.content
    assert b"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" in answer.content


def test_a_delivery_note_has_no_xml_and_other_forms_are_not_there(client):
    order = place(sale_line(ProductFactory(stock=(5, "4.00"))), ship_to=replace(ADA, company="Dupont & Fils"))
    page = f"/orders/{links.order_token(order)}/"
    for name in (
        f"delivery-note-{order.delivery_notes.get().pk}.xml",
        f"invoice-{order.invoices.get().pk}.zip",
    ):
        assert client.get(page + name).status_code == 404
