"""The warehouse floor at the back office: transfers, stocktakes with their sheets, and adjustments."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.utils import timezone
from oscar.core.loading import get_model

from erp import stocktaking
from erp.backoffice import count_sheets
from erp.backoffice.todo import todos
from erp.inventory import counted
from erp.inventory.models import Adjustment, StockLevel, Stocktake, StocktakeLine, Transfer, Warehouse
from tests.backoffice.desk import list_url, page_url, press, told, words
from tests.books import is_sound
from tests.chain.scenes import company
from tests.factories import MONDAY, ProductFactory

pytestmark = pytest.mark.django_db

Category = get_model("catalogue", "Category")
ADD_TRANSFER = "/admin/inventory/transfer/add/"
ADD_STOCKTAKE = "/admin/inventory/stocktake/add/"


@pytest.fixture
def main():
    return Warehouse.objects.get(code="main")


@pytest.fixture
def shop():
    return Warehouse.objects.create(code="shop", name="Shop", priority=20)


@pytest.fixture
def worker(as_role):
    return as_role("warehouse")


def level(product, warehouse):
    return StockLevel.objects.get(product=product, warehouse=warehouse)


# Transfers


def wish(main, shop, pieces="LAMP 3\nBOWL 2", **changes):
    said = {"origin": main.pk, "destination": shop.pk, "pieces": pieces, "key": "t1"}
    return said | changes


def test_a_transfer_with_one_warehouse_says_who_adds_another(worker, main):
    assert "An administrator can add another." in words(worker.get(ADD_TRANSFER))


def test_a_transfer_to_another_warehouse_says_nothing_of_adding_one(worker, main, shop):
    assert "can add another" not in words(worker.get(ADD_TRANSFER))


def test_a_transfer_goes_from_its_draft_to_the_other_shelf(worker, main, shop, lamp, bowl):
    assert worker.get(ADD_TRANSFER).status_code == 200
    for _ in range(2):
        response = worker.post(ADD_TRANSFER, wish(main, shop), follow=True)
    transfer = Transfer.objects.get()
    assert 'value="send"' in words(response)

    press(worker, "edit", transfer, pieces="LAMP 4")
    assert told(press(worker, "send", transfer)) == [
        ("success", f"{transfer} is on its way to Shop."),
    ]
    line = transfer.lines.get()
    asked = press(worker, "receive", transfer, **{f"row_{line.pk}": "3", "reason": ""})
    assert told(asked)[0] == ("error", f"{transfer}: 1 of 'Lamp' did not arrive: say why.")
    done = press(worker, "receive", transfer, **{f"row_{line.pk}": "3", "reason": "Fell off"})
    assert told(done) == [("success", f"{transfer} is received. 1 pieces are written off.")]
    assert (level(lamp, main).on_hand, level(lamp, shop).on_hand) == (5, 3)
    assert "Fell off" in words(worker.get(page_url(transfer)))
    assert told(press(worker, "receive", transfer, **{f"row_{line.pk}": "4"}))[0][0] == "error"
    assert is_sound()


@pytest.mark.parametrize(
    ("pieces", "sentence"),
    [
        ("LAMP", "&#x27;LAMP&#x27; is no SKU with a number of pieces behind it."),
        ("LAMP 0", "is no SKU with a number"),
        ("LAMP 12345678", "is no SKU with a number"),
        ("XYZ 1", "There is no product with the SKU XYZ."),
        ("", "This field is required."),
    ],
)
def test_what_is_typed_for_a_transfer_is_checked(worker, main, shop, lamp, pieces, sentence):
    assert sentence in words(worker.post(ADD_TRANSFER, wish(main, shop, pieces)))
    assert not Transfer.objects.exists()


def test_a_transfer_to_where_goods_are_is_refused(worker, main, lamp):
    assert "Goods are there already." in words(worker.post(ADD_TRANSFER, wish(main, main, "LAMP 1")))


def test_chosen_levels_are_sent_elsewhere(worker, main, shop, lamp, bowl):
    levels = [level(lamp, main), level(bowl, main)]
    assert b"9 are free" in press(worker, "transfer", *levels).content
    answers = {"destination": shop.pk, f"row_{levels[0].pk}": "2", f"row_{levels[1].pk}": "", "key": "k"}
    press(worker, "transfer", *levels, **answers)
    assert Transfer.objects.get().lines.get().quantity == 2


def test_only_goods_of_one_warehouse_are_sent_together(worker, main, shop, lamp):
    stocktaking.adjust_stock(lamp, warehouse=shop, quantity=1, reason="Found", on=MONDAY, key="s")
    both = StockLevel.objects.filter(product=lamp).order_by("pk")
    for verb in ("transfer", "count"):
        assert told(press(worker, verb, *both))[0][1].startswith("Choose goods of one warehouse")


# Stocktakes


@pytest.fixture
def counting(main, lamp, bowl):
    return stocktaking.start(main, on=MONDAY)


def line_of(stocktake, product):
    return stocktake.lines.get(product=product)


def test_a_stocktake_is_started_counted_and_posted(worker, main, lamp, bowl):
    assert worker.get(ADD_STOCKTAKE).status_code == 200
    for _ in range(2):
        worker.post(ADD_STOCKTAKE, {"warehouse": main.pk, "is_blind": "on", "key": "s1"})
    row = Stocktake.objects.get()
    lamps, bowls = line_of(row, lamp), line_of(row, bowl)
    assert f"row_{lamps.pk}" in words(press(worker, "count", row))

    done = press(worker, "count", row, **{f"row_{lamps.pk}": "8", f"row_{bowls.pk}": ""})
    assert told(done) == [("success", f"1 products of {row} are counted.")]
    page = words(worker.get(page_url(row)))
    assert "1 products differ: found 0.00, missing 60.00." in page
    assert "Count differences again" in page

    refused = press(worker, "post", row, costs="")
    assert "Leave 1 products that were not counted as they are" in words(refused)
    assert told(press(worker, "post", row, leave="on")) == [
        ("success", f"{row} is posted: the stock is what was counted.")
    ]
    assert level(lamp, main).on_hand == 8
    assert "-60.00" in words(worker.get(page_url(row)))
    assert is_sound()


def test_who_counts_blind_does_not_see_what_is_expected(worker, counting, lamp):
    lamp_line = line_of(counting, lamp)
    assert "9" not in count_sheets.written(counting)
    for url in (page_url(counting), page_url(lamp_line)):
        assert ">9<" not in words(worker.get(url))
    assert "9" not in [cell.strip() for cell in words(press(worker, "count", counting)).split(">")]
    stocktaking.count(counting, counted={lamp_line.pk: 4})
    assert ">9<" in words(worker.get(page_url(lamp_line)))


def test_an_open_count_says_what_is_expected(main, lamp):
    row = stocktaking.start(main, on=MONDAY, is_blind=False)
    assert "LAMP,Lamp,,9," in count_sheets.written(row)


def test_what_differs_is_counted_again(worker, counting, lamp, bowl):
    lines = {line_of(counting, lamp).pk: 3, line_of(counting, bowl).pk: 9}
    stocktaking.count(counting, counted=lines)
    response = press(worker, "recount", StocktakeLine.objects.get(product=lamp))
    assert told(response)[0][0] == "success"
    assert list(counting.lines.filter(counted=None)) == [line_of(counting, lamp)]


def test_lists_of_lines_are_filtered_and_exported(worker, counting, lamp, bowl):
    stocktaking.count(counting, counted={line_of(counting, lamp).pk: 3, line_of(counting, bowl).pk: 9})
    for chosen, found in (("differs", {"Lamp"}), ("same", {"Bowl"}), ("no", set())):
        page = words(
            worker.get(list_url(StocktakeLine), {"count": chosen, "stocktake__id__exact": counting.pk})
        )
        assert {title for title in ("Lamp", "Bowl") if title in page} == found
    assert worker.get(f"{list_url(StocktakeLine)}export/").status_code == 200


def test_a_count_of_part_of_the_warehouse(worker, main, lamp, bowl):
    level(lamp, main)
    StockLevel.objects.filter(product=lamp).update(bin="A-01")
    worker.post(ADD_STOCKTAKE, {"warehouse": main.pk, "bins": "a-", "key": "s1"})
    assert Stocktake.objects.get().lines.get().product == lamp
    category = Category.add_root(name="Bowls")
    bowl.categories.add(category)
    worker.post(ADD_STOCKTAKE, {"warehouse": main.pk, "category": category.pk, "key": "s2"})
    assert Stocktake.objects.order_by("pk").last().lines.get().product == bowl


def test_what_was_found_and_not_listed_is_added_and_given_its_cost(worker, counting, main):
    chair = ProductFactory(title="Chair", upc="CHAIR")
    assert "no product with the SKU XYZ" in words(press(worker, "add_products", counting, skus="XYZ"))
    press(worker, "add_products", counting, skus="CHAIR")
    line = line_of(counting, chair)
    stocktaking.count(counting, counted={line.pk: 2})
    assert "Cost of all 2 Chair" in words(press(worker, "post", counting))
    press(worker, "post", counting, leave="on", **{f"cost_{line.pk}": "70.00"})
    assert level(chair, main).on_hand == 2
    assert line_of(counting, chair).value == Decimal("70.00")


def test_a_stocktake_is_given_up(worker, counting):
    assert told(press(worker, "cancel", counting))[0][0] == "success"
    assert Stocktake.objects.get().state == "cancelled"


# Sheets


def read_in(client, stocktake, content, name="count.csv"):
    url = f"/admin/inventory/stocktake/{stocktake.pk}/read/"
    return client.post(url, {"file": SimpleUploadedFile(name, content)}, follow=True)


def test_a_sheet_goes_out_and_comes_back(worker, counting, lamp, bowl):
    url = f"/admin/inventory/stocktake/{counting.pk}/sheet/csv/"
    sheet = worker.get(url).content.decode("utf-8-sig")
    assert sheet.splitlines()[0] == "sku,product,bin,counted"
    filled = sheet.replace("LAMP,Lamp,,", "LAMP,Lamp,,7")
    response = read_in(worker, counting, filled.encode())
    assert told(response) == [("success", f"1 products of {counting} are counted.")]
    assert line_of(counting, lamp).counted == 7
    assert line_of(counting, bowl).counted is None


@pytest.mark.parametrize(
    "content",
    [
        b"sku;counted\r\nLAMP;7\r\n",
        "\ufeffSKU\tCounted\tnote\nLAMP\t7\tnäh\n".encode(),
        "sku|counted|note\nLAMP| 7 |näh".encode("cp1252"),
        "sku,counted\nLAMP,7\n".encode("utf-16"),
    ],
)
def test_a_sheet_is_read_however_it_was_saved(counting, lamp, content):
    assert count_sheets.read(counting, content) == {line_of(counting, lamp).pk: 7}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "must name the columns"),
        (b"product,number\nLamp,3", "must name the columns"),
        (b"sku,counted\nLAMP,\n", "Nothing is counted"),
        (b"sku,counted\nXYZ,3\n", "row 2: 'XYZ' is not on this stocktake"),
        (b"sku,counted\nLAMP,many\n", "row 2: 'many' is no number of pieces"),
        (b"sku,counted\nLAMP,-3\n", "'-3' is no number"),
        (b"sku,counted\nLAMP,3\nLAMP,3\n", "row 3: 'LAMP' stands there twice"),
        (b"PK\x03\x04\0\0", "no text file"),
        (b"sku,counted\n" + b"x" * 200_000, "cannot be read"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_a_damaged_sheet_is_refused_with_its_rows(worker, counting, content, sentence):
    with pytest.raises(count_sheets.UnreadableSheet, match=sentence):
        count_sheets.read(counting, content)
    assert not counting.lines.exclude(counted=None).exists()


def test_a_damaged_sheet_is_told(worker, counting):
    response = read_in(worker, counting, b"sku,counted\nXYZ,3\nLAMP,1\n")
    assert told(response)[0][0] == "error"
    assert not counting.lines.exclude(counted=None).exists()


def test_no_cell_of_a_sheet_is_a_formula(main):
    ProductFactory(title="=1+1", upc="-SKU", stock=(3, "1.00"))
    row = stocktaking.start(main, on=MONDAY)
    sheet = count_sheets.written(row)
    assert "'-SKU,'=1+1," in sheet
    assert count_sheets.read(row, sheet.replace("'=1+1,,", "'=1+1,,3").encode()) == {row.lines.get().pk: 3}


def test_the_sheet_on_paper_lists_what_is_to_be_counted_by_bin(counting, lamp, bowl):
    StockLevel.objects.filter(product=lamp).update(bin="A-01")
    page = render_to_string("documents/count_sheet.html", count_sheets.facts(counting))
    assert page.index("A-01") < page.index("BOWL")
    assert "Expected" not in page


# Adjustments


def asked(client, lamp, main, quantity, **changes):
    said = {"warehouse": main.pk, "quantity": quantity, "code": "lost", "reason": "Gone", "key": "a1"}
    return press(client, "adjust", lamp.stockrecords.get(), **said | changes)


def test_a_large_adjustment_is_approved_by_somebody_else(worker, as_role, main, lamp):
    company(adjustment_limit="100.00")
    assert "a second person has to approve this" in told(asked(worker, lamp, main, "-2"))[0][1]
    row = Adjustment.objects.get()
    assert level(lamp, main).on_hand == 9
    assert "somebody else has to approve" in told(press(worker, "approve", row))[0][1]

    accountant = as_role("accountant")
    assert "Adjustments to approve" in words(accountant.get("/admin/"))
    assert "worth -120.00" in told(press(accountant, "approve", row))[0][1]
    assert level(lamp, main).on_hand == 7
    page = words(accountant.get(page_url(row)))
    assert "lost or stolen" in page
    assert (
        f'href="/admin/source/?key=adjustment%3A{row.key}"' in page.replace("%3a", "%3A") or "Journal" in page
    )
    assert is_sound()


def test_an_adjustment_is_rejected_with_an_answer(worker, as_role, main, lamp):
    company(adjustment_limit="0.00")
    asked(worker, lamp, main, "-2")
    press(as_role("accountant"), "reject", Adjustment.objects.get(), reason="They are in the shop")
    assert Adjustment.objects.get().answer == "They are in the shop"


def test_the_source_of_a_move_leads_to_its_page(worker, main, lamp, counting):
    asked(worker, lamp, main, "1")
    row = Adjustment.objects.get()
    found = worker.get("/admin/source/", {"key": row.source_key})
    assert found.url == page_url(row)


def test_broken_pieces_are_set_aside_freed_and_scrapped(worker, main, lamp):
    row = level(lamp, main)
    said = {"condition": "damaged", "reason": "Scratched"}
    assert told(press(worker, "set_aside", row, quantity="3", key="1", **said))[0][0] == "success"
    assert told(press(worker, "free", row, quantity="1", key="2", **said))[0][0] == "success"
    assert told(press(worker, "scrap", row, quantity="2", key="3", **said))[0][0] == "success"
    assert "Only 0 of" in told(press(worker, "scrap", row, quantity="1", key="4", **said))[0][1]
    row.refresh_from_db()
    assert (row.on_hand, row.unavailable) == (7, 0)
    assert is_sound()


# What is due


def test_goods_are_due_to_be_counted_again(worker, admin_user, main, lamp, bowl):
    today = timezone.localdate()
    assert counted.next_due(main) == MONDAY.replace(year=MONDAY.year + 1)
    Warehouse.objects.update(count_days=10)
    row = level(lamp, main)
    press(worker, "count", row)
    row_ = Stocktake.objects.get()
    stocktaking.count(row_, counted={row_.lines.get().pk: 9})
    stocktaking.post(row_, on=today)

    page = words(worker.get(list_url(StockLevel), {"count": "due"}))
    assert "Bowl" in page
    assert "Lamp" not in page
    waiting = {todo.label: todo.count for todo in todos(admin_user, now=timezone.now())}
    assert waiting["Goods to be counted again"] == 1
    Warehouse.objects.update(count_days=0)
    main.refresh_from_db()
    assert counted.next_due(main) is None
    assert not counted.due(StockLevel.objects.all(), today=today).exists()
