"""Sales of every kind that a paper may have to tell of, and ways to read the papers."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

from lxml import etree
from pypdf import PdfReader

from erp import order_to_cash
from erp.documents.models import Company
from erp.invoicing import einvoice
from erp.invoicing.pdf import document_pdf
from tests.chain.scenes import TUESDAY, pay, place, ship
from tests.factories import ADA, ProductFactory, sale_line, shipping

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
FRENCH = replace(ADA, company="Dupont & Fils", city="Lyon", postcode="69001", country="FR")
AMERICAN = replace(ADA, city="Austin", postcode="73301", state="TX", country="US")
FRENCH_VAT_ID = "FR40303265045"


def name_company(**changes):
    told = {
        "name": "Nordlicht Keramik GmbH",
        "address": "Deichstraße 12\n20459 Hamburg",
        "phone": "+49 40 1234567",
        "vat_id": "DE136695976",
        "tax_number": "27/123/45678",
        "iban": "DE89370400440532013000",
        "bic": "COBADEFFXXX",
        "bank_name": "A bank",
        "ship_before_payment": True,
        "legal_notice": "Managing director: Jana Petersen\nHamburg district court, HRB 123456",
    }
    Company.objects.update(**told | changes)


def goods(title="Tea bowl", **told):
    return ProductFactory(title=title, stock=(99, "4.00"), **told)


def bowls(quantity=3, price="34.90", discount="0.00", tax_code="DE-S-19", **told):
    return sale_line(goods(**told), quantity, price, discount, tax_code=tax_code)


def book(quantity=1, price="27.77", discount="0.00"):
    return bowls(quantity, price, discount, "DE-S-7", title="Book: The way of glaze")


def invoice(*lines, **changes):
    return place(*(lines or (bowls(),)), **changes).invoices.get()


def shipped_invoice(*lines, **changes):
    """Return the invoice of goods that leave at once, billed as they leave."""
    order = place(*lines, pay="card", invoice_on="shipment", **changes)
    ship(order)
    return order.invoices.get()


def paid_invoice(*lines, **changes):
    """Return the invoice that money has made before anything left."""
    order = place(*lines, **changes)
    pay(order)
    return order.invoices.get()


def less(paper, *amounts):
    """Return a credit note over an amount off the price of each line."""
    lines = lines_of(paper)
    off = {line.pk: Decimal(amount) for line, amount in zip(lines, amounts, strict=False)}
    return order_to_cash.credit(paper, amounts=off, on=TUESDAY, key=f"less{paper.pk}", reason="A scratch")


def abroad(tax_code, to, **changes):
    """Return the invoice of goods for another country, at net prices."""
    lines = (bowls(tax_code=tax_code), bowls(2, "10.00", "1.00", tax_code))
    charge = shipping("10.00", tax_code)
    return shipped_invoice(*lines, prices="net", ship_to=to, shipping=charge, **changes)


def credited(paper, *pieces, reason="Two arrived broken"):
    """Return a credit note over some pieces of each line of a shipped invoice; else over everything."""
    ship(paper.order)
    lines = list(paper.lines.order_by("position"))
    wanted = pieces or [line.quantity for line in lines]
    quantities = {line.pk: count for line, count in zip(lines, wanted, strict=False) if count}
    return order_to_cash.credit(paper, quantities=quantities, on=TUESDAY, key=f"c{paper.pk}", reason=reason)


def lines_of(paper):
    return list(paper.lines.select_related("tax_code").order_by("position"))


def xml_of(paper, kind="xml"):
    return etree.fromstring(einvoice.paper_xml(paper, kind))


def amounts(root, path):
    return [Decimal(node.text) for node in root.iterfind(path)]


def text_of(paper):
    """Return what a paper's PDF says, its pages one after the other, with single spaces."""
    return " ".join(" ".join(page.extract_text().split()) for page in reader(paper).pages)


def reader(paper):
    return PdfReader(BytesIO(document_pdf(paper)))
