"""Suppliers, products and opening balances are brought in, and go back out."""

from datetime import date

import pytest
from django.db import transaction
from oscar.core.loading import get_model

from accounting import chart, ledger, periods
from accounting.models import JournalEntry, OpenItem, Party
from accounting.money import ZERO, money
from erp.backoffice.intake import files, previewing, running
from erp.backoffice.intake.kinds import KINDS
from erp.documents.models import Outbox
from erp.purchasing.models import Supplier
from tests.backoffice.intake.scenes import finish, keep, preview, refused, round_trip, take, undo, why
from tests.books import is_sound
from tests.chain.scenes import every_row, place
from tests.factories import NOON, ProductClassFactory, sale_line

pytestmark = pytest.mark.django_db

AttributeOptionGroup = get_model("catalogue", "AttributeOptionGroup")
Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")


# Suppliers


def test_suppliers_are_made_changed_and_taken_away_again():
    kept = take("suppliers", "code,name,country,lead_days", "ACME,Acme & Söhne,de,", "ZETA,Zeta,FR,21")
    acme, zeta = Supplier.objects.order_by("code")
    assert (acme.name, acme.country, acme.lead_days, zeta.lead_days) == ("Acme & Söhne", "DE", 7, 21)
    assert (acme.party.key, acme.party.kind) == ("supplier:ACME", "supplier")

    changed = take("suppliers", "code,name,active", "ZETA,Zeta SA,no")
    assert Supplier.objects.get(code="ZETA").is_active is False
    undo(changed)
    assert (Supplier.objects.get(code="ZETA").name, Supplier.objects.get(code="ZETA").is_active) == (
        "Zeta",
        True,
    )

    assert round_trip("suppliers") == {"same"}
    undo(kept)
    assert Supplier.objects.count() == 0


def test_what_is_no_supplier_is_refused_cell_by_cell():
    lines = (
        "code,name,email,iban,payment_days,country",
        ",Nameless,x@example.com,,,",
        "A,,nowhere,DE00,-1,Germany",
    )
    assert why("suppliers", *lines) == [
        (2, "code", "must not be empty"),
        (3, "name", "must not be empty"),
        (3, "email", "is no e-mail address"),
        (3, "iban", "is no IBAN: a digit is wrong"),
        (3, "payment_days", "is not between 0 and 10,000,000"),
        (3, "country", "is not the two letters of a country, such as DE"),
    ]


def test_a_supplier_does_not_take_longer_than_a_calendar_or_a_column_goes():
    lines = "code,name,email,payment_days,lead_days", f"A,Acme,{'a' * 250}@example.com,3651,10000000"
    assert why("suppliers", *lines) == [
        (2, "email", "has 262 characters: at most 254"),
        (2, "payment_days", "is more than 3,650 days"),
        (2, "lead_days", "is more than 3,650 days"),
    ]


# Products


@pytest.fixture
def goods():
    """A type of goods with an attribute of each usual kind."""
    goods = ProductClassFactory()
    sizes = AttributeOptionGroup.objects.create(name="Sizes")
    for size in ("S", "M", "L"):
        sizes.options.create(option=size)
    goods.attributes.create(code="colour", name="Colour", type="text")
    goods.attributes.create(code="weight", name="Weight", type="float")
    goods.attributes.create(code="size", name="Size", type="option", option_group=sizes)
    goods.attributes.create(code="fits", name="Fits", type="multi_option", option_group=sizes)
    goods.attributes.create(code="washable", name="Washable", type="boolean")
    return goods


SHIRTS = (
    "sku,title,parent,categories,price,description,attribute:colour,attribute:size",
    "SHIRT-S,,SHIRT,,20.00,,red,S",
    "SHIRT,Shirt,,Clothes > Shirts | Sale,,<p>Soft</p><script>x</script>,,",
    "SHIRT-L,,SHIRT,,22.00,,blue,L",
    'CAP,Cap,,Sale,"9,50",,green,',
)


def test_products_come_with_variants_categories_and_attributes(goods):
    kept = take("products", *SHIRTS)
    assert kept.state == "done"
    shirt, cap = (Product.objects.get(upc=sku) for sku in ("SHIRT", "CAP"))
    Product.objects.filter(upc="CAP").update(description="<p>A cat&#x27;s\r\ncap</p>")
    assert (shirt.structure, shirt.description) == ("parent", "<p>Soft</p>")
    assert {category.full_name for category in shirt.categories.all()} == {"Clothes > Shirts", "Sale"}
    small = shirt.children.get(upc="SHIRT-S")
    assert (small.attr.colour, str(small.attr.size)) == ("red", "S")
    assert (cap.stockrecords.get().price, cap.stockrecords.get().num_in_stock) == (money("9.50"), 0)
    assert (cap.is_public, cap.attr.colour) == (True, "green")
    for form in ("csv", "xlsx"):
        assert round_trip("products", form) == {"same"}

    undo(kept)
    assert (kept.state, Product.objects.count()) == ("undone", 0)


def test_a_change_of_a_product_is_shown_attribute_by_attribute_and_undone(goods):
    take("products", *SHIRTS)
    lines = "sku,title,categories,price,attribute:weight,attribute:fits", 'CAP,Cap,Hats,10.00,"0,25",S | M'
    ((want,)) = preview("products", *lines)
    assert {column: after for column, _, after in want.changes} == {
        "categories": "Hats",
        "price": "10.00",
        "attribute:weight": "0.25",
        "attribute:fits": "M | S",
    }
    kept = take("products", *lines)
    cap = Product.objects.get(upc="CAP")
    assert (cap.attr.weight, {str(size) for size in cap.attr.fits}, cap.attr.colour) == (
        0.25,
        {"S", "M"},
        "green",
    )
    assert round_trip("products") == {"same"}
    undo(kept)
    cap = Product.objects.get(upc="CAP")
    assert [category.name for category in cap.categories.all()] == ["Sale"]
    assert (cap.stockrecords.get().price, cap.attribute_values.count()) == (money("9.50"), 1)


def test_a_new_product_that_was_used_is_hidden_when_its_import_is_undone(goods):
    kept = take("products", *SHIRTS)
    take("stock", "sku,quantity,cost", "CAP,5,3.00")
    place(sale_line(Product.objects.get(upc="CAP"), 1, "9.50"))
    undo(kept)
    assert list(Product.objects.values_list("upc", "is_public")) == [("CAP", False)]
    assert is_sound()


def test_a_product_keeps_its_type_and_its_parent(goods, lamp):
    ProductClassFactory(name="Service", track_stock=False)
    lines = (
        "sku,title,type,parent,attribute:colour,attribute:size,categories,tax_class",
        "LAMP,Lamp,Service,,,,,",
        "NEW,New,Unheard of,,,,,",
        "ODD,Odd,Goods,LAMP,,,,",
        "BIG,Big,Goods,,,XXL,,",
        "FIX,Fix,Service,,red,,,",
        "CAT,Cat,Goods,,,,A > > B,none",
    )
    assert why("products", *lines) == [
        (2, "type", "it is Goods, and stays so"),
        (3, "type", "is none of Goods, Service"),
        (4, "parent", "is no product with variants, here or in this file"),
        (5, "attribute:size", "'XXL' is none of L, M, S"),
        (6, "attribute:colour", "Service has no such attribute"),
        (7, "categories", "has an empty or very long name: write Lamps > Floor | Sale"),
        (7, "tax_class", "is none of reduced, standard, super-reduced"),
    ]
    assert Category.objects.count() == 0


# Opening balances

OPENING = (
    "account,debit,credit,party,party_name,document,due,date",
    "1000,1000.00,,,,,,2026-01-01",
    "1300,765.00,,,,,,",
    "1200,119.00,,legacy:7,Ada Lovelace,R-17,2026-01-15,",
    "1200,59.50,,legacy:7,Ada Lovelace,R-18,2026-01-20,",
    "2000,,238.00,legacy:S,Acme,B-3,2026-01-31,",
    "3000,,1705.50,,,,,",
)


def test_opening_balances_balance_and_leave_nothing_on_their_account(lamp, bowl):
    assert ledger.balance(chart.INVENTORY) == money("765.00")
    kept = take("opening", *OPENING)
    assert (kept.state, kept.why) == ("done", "")
    assert ledger.balance(chart.OPENING_BALANCES) == ZERO
    assert ledger.balance(chart.INVENTORY) == money("765.00")
    assert ledger.balance(chart.BANK) == money("1000.00")
    items = OpenItem.objects.order_by("line__entry__document_no").values_list(
        "line__entry__document_no", "residual", "line__due_date", "line__party__name"
    )
    assert list(items) == [
        ("B-3", money("-238.00"), date(2026, 1, 31), "Acme"),
        ("R-17", money("119.00"), date(2026, 1, 15), "Ada Lovelace"),
        ("R-18", money("59.50"), date(2026, 1, 20), "Ada Lovelace"),
    ]
    assert Party.objects.get(key="legacy:S").kind == "supplier"
    assert is_sound()

    again = keep("opening", *OPENING)
    assert [row for row, _, _ in refused(again)] == [2, 4, 5, 6, 7]  # stock is compared, not posted
    assert refused(again)[0] == (2, "account", "the books say 1000.00 already: it would be there twice")
    with pytest.raises(running.HereAlready, match="imported already"):
        running.accept(again, mode="all")

    undo(kept)
    assert kept.state == "undone"
    assert [ledger.balance(role) for role in (chart.BANK, chart.RECEIVABLE, chart.PAYABLE)] == [ZERO] * 3
    assert is_sound()


def test_opening_balances_that_are_paid_in_part_stay(lamp, bowl):
    kept = take("opening", *OPENING)
    party = Party.objects.get(key="legacy:7")
    item = OpenItem.objects.get(line__entry__document_no="R-17")
    lines = (
        ledger.debit(chart.BANK, money("19.00")),
        ledger.credit(chart.RECEIVABLE, money("19.00"), party=party),
    )
    paid = ledger.post(ledger.Entry(date(2026, 3, 2), "test:paid", "Paid", lines))
    ledger.settle(
        paid, [(OpenItem.objects.select_for_update().get(pk=item.pk), money("19.00"))], on=paid.date
    )
    entries = JournalEntry.objects.count()
    undo(kept)
    assert (kept.state, JournalEntry.objects.count()) == ("done", entries)
    assert (
        kept.why == "It cannot be undone: legacy:7 only 100.00 of 119.00 is still open: it is paid in part."
    )
    Outbox.objects.filter(topic="import").update(done_at=NOON)
    running.undo(kept)  # once more, after somebody has put it right
    assert Outbox.objects.filter(topic="import", done_at=None).exists()


def test_opening_balances_that_do_not_balance_are_refused_with_the_difference(lamp, bowl):
    lines = [*OPENING[:2], "1300,700.00,,,,,,", "1200,5.00,,,,,,", "9999,1.00,,,,,,", "1000,1.00,1.00,,,,,"]
    assert why("opening", *lines) == [
        ("", "debit", "debits are 1707.00, credits 1.00: they differ by 1706.00"),
        (3, "debit", "the stock is worth 765.00: bring the stock in first, then its account agrees"),
        (4, "party", "Accounts receivable is kept by customer or supplier: say which one"),
        (5, "account", "is not in the chart of accounts, or no longer in use"),
        (6, "debit", "either a debit or a credit, and one of them"),
    ]
    kept = keep("opening", *lines)
    with pytest.raises(running.RowsRefused, match=r"they differ by 1706\.00"):
        running.accept(kept, mode="good")
    assert refused(kept) != []


def opening(**changes):
    """The balances above, some cells of them changed: {"1000": {"debit": "1000.01"}}."""
    names, *rows = (line.split(",") for line in OPENING)
    for row in rows:
        for name, value in changes.get(f"on_{row[0]}", {}).items():
            row[names.index(name)] = value
    return [",".join(cells) for cells in (names, *rows)]


@pytest.mark.parametrize(
    ("changed", "column", "sentence"),
    [
        ({"on_1000": {"debit": "1000.01"}}, "debit", "they differ by 0.01"),
        ({"on_1300": {"debit": "764.99"}, "on_3000": {"credit": "1705.49"}}, "debit", "is worth 765.00"),
        ({"on_1200": {"party": ""}}, "party", "Accounts receivable is kept by customer or supplier"),
        ({"on_1000": {"date": "1900-01-01"}}, "date", "is no day such as 2026-12-31"),
        ({"on_1000": {"date": "2100-01-01"}}, "date", "01.01.2100 is not a day of these books"),
        ({"on_1000": {"date": "2026-01-31"}}, "date", "2026-01 is locked: nothing can be posted into it"),
    ],
)
def test_an_opening_wrong_by_a_cent_or_a_day_changes_nothing(lamp, bowl, changed, column, sentence):
    with transaction.atomic():
        periods.lock(periods.period_of(date(2026, 1, 31)), reason="Declared", by=None)
    lines = opening(**changed)
    assert column in [told for _, told, words in why("opening", *lines) if sentence in words]
    before = every_row()
    for mode in ("all", "good"):
        with pytest.raises(running.RowsRefused):
            running.accept(keep("opening", *lines), mode=mode)
    assert every_row() == before


def test_an_opening_that_does_not_mention_the_stock_is_refused(lamp, bowl):
    lines = [line for line in OPENING if not line.startswith("1300")]
    lines[-1] = "3000,,940.50,,,,,"
    assert why("opening", *lines) == [("", "account", "the stock is worth 765.00, and no line says so")]


def test_a_month_that_is_closed_between_preview_and_taking_in_stops_an_opening(lamp, bowl):
    kept = keep("opening", *OPENING)
    running.accept(kept, mode="all")
    with transaction.atomic():
        periods.lock(periods.period_of(date(2026, 1, 31)), reason="Declared", by=None)
    before = JournalEntry.objects.count()
    finish(kept)
    assert (kept.state, JournalEntry.objects.count()) == ("stopped", before)
    assert "2026-01 is locked" in kept.why


def test_what_goes_out_as_opening_balances_balances_and_is_not_taken_in_a_second_time(lamp, bowl):
    take("opening", *OPENING)
    found = previewing.look(files.everything(KINDS["opening"], "csv"), KINDS["opening"])
    assert found.wrong == []
    twice = {why for want in found.wants for _, _, why in want.wrong}
    assert all(why.endswith("already: it would be there twice") for why in twice)
    assert [want.fate for want in found.wants].count("refused") == len(found.wants) - 1
