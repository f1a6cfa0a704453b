"""The VAT return by box, with every figure written out, from orders, credit notes and bills."""

from decimal import Decimal

import pytest

from accounting import chart
from accounting.models import JournalLine, TaxCode
from erp.reporting import oss, vat_control, vat_return
from erp.reporting.oss import Quarter
from erp.reporting.vat_return import Box, Figure
from tests.books import is_sound
from tests.chain.scenes import company
from tests.factories import ADA, ProductFactory
from tests.purchasing.buying import book, expense, goods, ordered, receive, supplier
from tests.reporting.trading import APRIL, FIRM, MARCH, credited, sold, transferred

pytestmark = pytest.mark.django_db

VIENNA = type(ADA)("Karl", "Huber", "Ring 1", "Wien", "1010", "AT")


def boxes(days=MARCH, home="DE"):
    """Return what the boxes say, as words: the net amount, the VAT, those that are nothing left out."""
    found = vat_return.vat_return(*days, home=home)
    return {
        f"{box.side} {box.name}": " ".join(str(part) for part in (figure.base, figure.tax) if part)
        for box, figure in found.items()
    }


@pytest.fixture
def sales():
    """One sale of each kind, and of the first a piece credited. Goods to a firm abroad are billed last."""
    first = sold("119.00", key="full", quantity=3)
    sold("107.00", key="reduced", tax_code="DE-S-7")
    sold("20.00", key="service", tax_code="DE-AE-0", **FIRM)
    sold("60.00", key="export", tax_code="DE-G-0", ship_to=type(ADA)("A", "B", "C", "D", "97211", "US"))
    sold("120.00", key="vienna", tax_code="AT-S-20", ship_to=VIENNA)
    sold("50.00", key="goods", tax_code="DE-K-0", **FIRM)
    credited(first)


@pytest.fixture
def bills():
    """Goods and services from the EU and from elsewhere, rent of which some was credited, a hotel abroad."""
    company(bill_tolerance=10)
    acme = supplier(country="FR")
    lamp = ProductFactory()
    purchase = receive(ordered((lamp, 4, "10.00"), of=acme)).order
    book(acme, goods(purchase, 4, "42.00", tax="0.00", code="DE-IA-19"), number="R 1")
    book(acme, expense("100.00", code="DE-IA-7"), number="R 2")
    book(acme, expense("300.00", code="DE-RE-19"), number="R 3")
    book(acme, expense("200.00", code="DE-RC-19"), number="R 4")
    book(acme, expense("1000.00", "190.00", code="DE-S-19"), number="R 5")
    book(acme, expense("100.00", "19.00", code="DE-S-19"), number="G 1", kind="credit")
    book(acme, expense("80.00", "16.00", code="AT-S-20"), number="R 6")


@pytest.mark.usefixtures("sales", "bills")
def test_each_kind_of_sale_and_bill_stands_in_its_box():
    assert boxes() == {
        "output 81": "200.00 38.00",
        "output 86": "100.00 7.00",
        "output 41": "50.00",
        "output 43": "60.00",
        "output 21": "20.00",
        "output 89": "42.00 7.98",
        "output 93": "100.00 7.00",
        "output 46": "300.00",
        "output 47": "57.00",
        "output 84": "200.00",
        "output 85": "38.00",
        "input 66": "900.00 171.00",
        "input 61": "14.98",
        "input 67": "95.00",
    }
    assert vat_return.due(vat_return.vat_return(*MARCH, home="DE")) == Decimal("-126.00")
    assert boxes(APRIL) == {}
    assert is_sound()


@pytest.mark.usefixtures("sales", "bills")
def test_a_box_is_the_sum_of_its_documents():
    for box, figure in vat_return.vat_return(*MARCH, home="DE").items():
        papers = vat_return.papers_of(box, *MARCH, home="DE")
        assert sum((share for _, share in papers), Figure()) == figure
        assert all(share != Figure() for _, share in papers)
    said = vat_return.papers_of(Box("output", "81"), *MARCH, home="DE")
    assert [(entry.source_key.split(":")[0], str(share.base), entry.party) for entry, share in said] == [
        ("invoice", "300.00", "Ada Lovelace"),
        ("credit", "-100.00", "Ada Lovelace"),
    ]


@pytest.mark.usefixtures("sales", "bills")
def test_a_country_without_a_form_of_ours_has_a_box_for_each_code_and_side():
    TaxCode.objects.filter(country="DE").update(base_box="", tax_box="", input_base_box="", input_tax_box="")
    found = boxes()
    assert found["output DE-S-19"] == "200.00 38.00"
    assert found["input DE-S-19"] == "900.00 171.00"
    assert (found["output DE-IA-19"], found["input DE-IA-19"]) == ("42.00 7.98", "7.98")
    assert len(found) == 14


def test_every_code_of_the_seed_has_one_place_for_each_amount():
    """A code's boxes are those of its country's form, all of them named there, or none."""
    for code in TaxCode.objects.all():
        own = [box for box in vat_return.boxes_of(code) if box.name != code.code]
        assert set(own) <= set(vat_return.titles(code.country)), code
    german = TaxCode.objects.filter(country="DE")
    assert not german.filter(base_box="").exists()
    assert not german.filter(rate__gt=0, tax_box="").exists()
    assert not german.filter(rate__gt=0, input_tax_box="").exists()


def test_a_small_business_owes_vat_on_what_comes_from_the_eu_and_reclaims_none():
    company(vat_scheme="small business", bill_tolerance=10)
    sold("119.00", key="small", tax_code="DE-E-0")
    acme = supplier(country="FR")
    purchase = receive(ordered((ProductFactory(), 4, "10.00"), of=acme)).order
    book(acme, goods(purchase, 4, "42.00", tax="0.00", code="DE-IA-19"), number="R 1")
    book(
        acme,
        goods(receive(ordered((ProductFactory(), 1, "9.00"), of=acme), key="r2").order, 1, "9.00"),
        number="R 2",
    )
    assert boxes() == {
        "output 48": "119.00",
        "output 89": "42.00 7.98",
        "input 66": "9.00",
    }
    assert is_sound()


@pytest.mark.usefixtures("sales", "bills")
def test_documents_agree_with_the_books_and_what_has_none_is_told_apart():
    transferred("500.00", key="tax office")
    output = {row.title: row for row in vat_control.compare(chart.VAT_PAYABLE, *MARCH)}
    assert {title: str(row.booked) for title, row in output.items()} == {
        "Invoices": "84.00",
        "Credit notes": "-19.00",
        "Owed in suppliers' place": "109.98",
        "Other entries with a tax code": "0.00",
        "Without a tax code": "-500.00",
    }
    reclaimed = {row.title: row for row in vat_control.compare(chart.INPUT_VAT, *MARCH)}
    assert reclaimed["Suppliers' bills"].documents == Decimal("-280.98")
    for row in (*output.values(), *reclaimed.values()):
        assert row.differing == ()
        assert row.documents in (None, row.booked)


def test_sales_with_the_vat_of_another_country_are_declared_there_corrections_by_their_quarter():
    order = sold("120.00", key="vienna", tax_code="AT-S-20", quantity=3, ship_to=VIENNA)
    sold("122.00", key="turin", tax_code="IT-S-22")
    credited(order, key="same quarter")
    credited(order, key="next quarter", on=APRIL[0])
    lines = oss.summed(oss.sold(MARCH[0], APRIL[1], home="DE"))
    assert [(str(line.quarter), line.corrects, line.code.code) for line in lines] == [
        ("2026 Q1", None, "AT-S-20"),
        ("2026 Q1", None, "IT-S-22"),
        ("2026 Q2", Quarter(2026, 1), "AT-S-20"),
    ]
    assert [f"{line.figure.base} {line.figure.tax}" for line in lines] == [
        "200.00 40.00",
        "100.00 22.00",
        "-100.00 -20.00",
    ]
    assert oss.summed(oss.sold(*APRIL, home="DE")) == lines[2:]
    assert boxes() == {}
    assert is_sound()


def test_what_bears_a_tax_code_on_a_bill_is_its_net_amount_whatever_it_differs_from_the_order():
    for scheme in ("standard", "small business"):
        company(vat_scheme=scheme, bill_tolerance=100)
        acme = supplier(f"of-{scheme[:5]}")
        for number, net in enumerate(["40.00", "41.00", "39.99", "20.00", "0.00"]):
            key = f"{scheme} {number}"
            purchase = receive(ordered((ProductFactory(), 4, "10.00"), of=acme), key=key).order
            bill = book(acme, goods(purchase, 4, net), number=key)
            coded = JournalLine.objects.filter(entry__source_key=f"bill:{bill.pk}", tax_code__isnull=False)
            amounts = coded.exclude(account__role="INPUT_VAT").values_list("amount", flat=True)
            assert sum(amounts) == Decimal(net)
    assert is_sound()
