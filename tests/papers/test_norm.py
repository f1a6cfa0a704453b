"""Every kind of paper keeps the norm EN 16931, as Factur-X and as UBL, and says the stored amounts."""

from dataclasses import replace

import pytest

from erp.invoicing import einvoice
from erp.invoicing.taxation import breakdown
from tests.factories import ADA, shipping
from tests.papers.norm import findings
from tests.papers.scenes import (
    AMERICAN,
    CAC,
    CBC,
    FRENCH,
    FRENCH_VAT_ID,
    RAM,
    abroad,
    amounts,
    book,
    bowls,
    credited,
    invoice,
    less,
    name_company,
    paid_invoice,
    shipped_invoice,
    xml_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

LONG = ("Überlänge Ωμέγα кириллица 语言 שלום हिन्दी 🎁 " * 8)[:254] + "!"
WORLDLY = replace(ADA, first_name="شهرزاد", last_name="🎉 O'Brien <b>&amp;", line1="", city="תל אביב")
MIXED = {"charge": "4.90"}


def mixed():
    """19 and 7 per cent, a discount on a line, a voucher on all of them, shipping."""
    return invoice(bowls(3, "34.90", "10.47"), book(7, "9.99", "0.01"), bowls(1, "0.33"), **MIXED)


PAPERS = {
    "two rates, discounts and shipping": mixed,
    "net prices": lambda: invoice(bowls(3, "29.33", "8.80"), book(), prices="net", **MIXED),
    "paid by card": lambda: invoice(bowls(), pay="card"),
    "cash on delivery": lambda: invoice(bowls(), pay="cod"),
    "a free piece beside": lambda: invoice(bowls(), bowls(1, "0.00")),
    "goods for a business in another country": lambda: abroad("DE-K-0", FRENCH, vat_id=FRENCH_VAT_ID),
    "the same before they leave": lambda: paid_invoice(
        bowls(tax_code="DE-K-0"), ship_to=FRENCH, vat_id=FRENCH_VAT_ID
    ),
    "reverse charge": lambda: abroad("DE-AE-0", FRENCH, vat_id=FRENCH_VAT_ID),
    "export": lambda: abroad("DE-G-0", AMERICAN),
    "outside the scope": lambda: invoice(bowls(tax_code="DE-O-0")),
    "outside the scope beside goods": lambda: invoice(bowls(), bowls(tax_code="DE-O-0")),
    "zero rate": lambda: invoice(bowls(tax_code="DE-Z-0"), bowls()),
    "any script": lambda: invoice(bowls(title=LONG), ship_to=WORLDLY),
    "credited whole": lambda: credited(mixed()),
    "credited in part": lambda: credited(mixed(), 1, 3),
    "credited shipping alone": lambda: credited(mixed(), 0, 0, 0, 1),
    "credited by amounts": lambda: less(mixed(), "10.00", "1.01", "0.33", "4.90"),
    "credited abroad": lambda: credited(abroad("DE-K-0", FRENCH, vat_id=FRENCH_VAT_ID)),
}


@pytest.fixture(params=PAPERS, ids=lambda name: name)
def paper(request):
    return PAPERS[request.param]()


def keeps_the_norm(paper):
    assert findings(einvoice.paper_xml(paper, "xml")) == []
    assert findings(einvoice.paper_xml(paper, "ubl")) == []
    return True


def test_every_kind_of_paper_keeps_the_norm_and_says_the_stored_amounts(paper):
    assert keeps_the_norm(paper)
    assert says_the_stored_amounts(paper)


def says_the_stored_amounts(paper):
    """Compare lines, taxes and totals of both files with the rows."""
    rows, taxes = list(paper.lines.order_by("position")), breakdown(paper)
    root, ubl = xml_of(paper), xml_of(paper, "ubl")
    line = f".//{RAM}SpecifiedLineTradeSettlement//{RAM}LineTotalAmount"
    head = f".//{RAM}ApplicableHeaderTradeSettlement"
    assert amounts(root, line) == [row.net for row in rows]
    assert amounts(root, f"{head}/{RAM}ApplicableTradeTax/{RAM}BasisAmount") == [row.net for row in taxes]
    assert amounts(root, f"{head}/{RAM}ApplicableTradeTax/{RAM}CalculatedAmount") == [
        row.tax for row in taxes
    ]
    assert amounts(root, f"{head}//{RAM}GrandTotalAmount") == [paper.gross]
    assert amounts(root, f"{head}//{RAM}DuePayableAmount") == [paper.due]
    assert amounts(root, f".//{RAM}BilledQuantity") == [row.quantity for row in rows]
    assert sum(amounts(root, line)) == paper.net == sum(row.net for row in taxes)

    name = "CreditNoteLine" if ubl.tag.endswith("CreditNote") else "InvoiceLine"
    assert amounts(ubl, f"{CAC}{name}/{CBC}LineExtensionAmount") == [row.net for row in rows]
    assert amounts(ubl, f"{CAC}TaxTotal/{CAC}TaxSubtotal/{CBC}TaxAmount") == [row.tax for row in taxes]
    assert amounts(ubl, f"{CAC}LegalMonetaryTotal/{CBC}PayableAmount") == [paper.due]
    return True


def test_a_small_business_that_has_no_vat_id_keeps_the_norm():
    name_company(vat_id="")
    paper = invoice(bowls(tax_code="DE-E-0"), shipping=shipping("5.00", "DE-E-0"))
    assert keeps_the_norm(paper)


def test_a_company_without_a_bank_account_keeps_the_norm():
    name_company(iban="", bic="", bank_name="", legal_notice="", phone="")
    assert keeps_the_norm(invoice())


def test_what_was_left_out_of_an_import_is_left_out_of_the_papers():
    bare = replace(ADA, first_name="", last_name="Customer 4711", line1="", city="", postcode="")
    paper = invoice(ship_to=bare, origin="import")
    assert keeps_the_norm(paper)
    assert paper.due == 0


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"BT-106": "1.00"}, "BR-CO-10"),
        ({"BT-112": "1.00", "BT-115": "1.00"}, "BR-CO-15"),
    ],
)
def test_the_rules_that_are_asked_find_what_is_wrong(wrong, rule):
    paper = invoice()
    facts = einvoice.facts(paper, paper.lines.select_related("tax_code"))
    for write in (einvoice.cii, einvoice.ubl):
        assert rule in " ".join(findings(write(facts | wrong)))


def test_a_schema_finds_what_is_missing():
    xml = einvoice.paper_xml(invoice()).replace(b"ram:GrandTotalAmount", b"ram:Grand")
    assert "Grand" in findings(xml)[0]


def test_what_has_left_names_the_day():
    paper = shipped_invoice(bowls())
    assert xml_of(paper).findtext(f".//{RAM}OccurrenceDateTime/*") == "20260303"
    assert xml_of(paper, "ubl").findtext(f"{CAC}Delivery/{CBC}ActualDeliveryDate") == "2026-03-03"


def test_a_credit_note_names_its_invoice_and_its_reason():
    paper = invoice()
    root = xml_of(credited(paper, 1))
    assert root.findtext(f".//{RAM}InvoiceReferencedDocument/{RAM}IssuerAssignedID") == paper.number
    assert root.findtext(f".//{RAM}IncludedNote/{RAM}Content") == "Two arrived broken"
    assert root.findtext(".//{*}ExchangedDocument/{*}TypeCode") == "381"
