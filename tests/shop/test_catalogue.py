"""Looking around: lists, categories, search, the page of a product."""

import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model
from PIL import Image

from tests.factories import ProductFactory, StockRecordFactory

from .buying import offer, product, put, text

pytestmark = pytest.mark.django_db
Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")

SCRIPTS = ["Tür" * 85, "語" * 255, "ש" * 255, "Ж" * 255, "ก" * 255, "a" * 255, "&<>'\"" * 51]


def variants(title="Mug", **prices):
    """A parent and its variants: title -> (price, stock)."""
    parent = ProductFactory(title=title, structure="parent")
    parent.stockrecords.all().delete()
    return parent, [
        product(name, price=price, stock=stock, structure="child", parent=parent, product_class=None)
        for name, (price, stock) in prices.items()
    ]


def leaf_of(top_name, leaf_name):
    top = Category.add_root(name=top_name, slug=top_name.lower())
    leaf = Category.objects.get(pk=top.pk).add_child(name=leaf_name, slug=leaf_name.lower())
    return Category.objects.get(pk=top.pk), leaf


def found(client, words, **more):
    page = client.get("/search/", {"q": words, **more}).context["page"]
    return [each.get_title() for each in page]


def test_a_list_shows_price_vat_note_and_stock_in_words(client):
    product("Oak table", price="119.00", stock=2)
    product("Sold stool", stock=None)
    page = text(client.get("/catalogue/"))
    assert "€119.00" in page
    assert "incl. VAT, plus" in page
    assert "Only 2 left" in page
    assert "Sold out" in page


def test_prices_are_shown_without_vat_to_whoever_wants_it_so(client):
    product(price="119.00")
    response = client.post("/prices/", {"prices": "net", "next": "/catalogue/"})
    assert response.url == "/catalogue/"
    page = text(client.get("/catalogue/"))
    assert "excl. VAT, plus" in page
    assert "€100.00" in page
    assert client.post("/prices/", {"prices": "gross", "next": "//evil.example/"}).url == "/"
    assert "€119.00" in text(client.get("/catalogue/"))


def test_hidden_products_are_nowhere(client):
    hidden = product("Secret table", is_public=False)
    assert "Secret" not in text(client.get("/catalogue/"))
    assert found(client, "secret") == []
    assert client.get(hidden.get_absolute_url()).status_code == 404
    assert put(client, hidden).status_code == 404


def test_a_category_shows_what_is_filed_below_it_too(client):
    top, leaf = leaf_of("Kitchen", "Cups")
    product("Mug").categories.add(leaf)
    product("Elsewhere")
    page = client.get(top.get_absolute_url())
    assert [each.get_title() for each in page.context["page"]] == ["Mug"]
    below = text(client.get(leaf.get_absolute_url()))
    assert f'<a href="{top.get_absolute_url()}">Kitchen</a>' in below


def test_a_renamed_category_has_a_new_address_and_the_old_one_still_works(client):
    top, leaf = leaf_of("Kitchen", "Cups")
    old = leaf.get_absolute_url()
    top.slug = "cooking"
    top.save()
    assert (
        Category.objects.get(pk=leaf.pk).get_absolute_url() == f"/catalogue/category/cooking/cups_{leaf.pk}/"
    )
    assert client.get(old).status_code == 200


def test_a_private_category_and_those_below_it_are_not_found(client):
    top, leaf = leaf_of("Kitchen", "Cups")
    top.is_public = False
    top.save()
    top.set_ancestors_are_public()
    assert client.get(leaf.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    "words", ["oak", "OAK", "table oak", "  oak   furniture ", "ob-77", "4006381333931", "sturdy oak", "áök"]
)
def test_search_finds_every_word_in_title_sku_code_text_or_category(client, words):
    _, leaf = leaf_of("Furniture", "Tables")
    table = ProductFactory(title="Oak table", upc="4006381333931", description="<p>Sturdy.</p>")
    table.stockrecords.update(partner_sku="OB-77")
    table.categories.add(leaf)
    product("Oak stool", upc="X")
    assert "Oak table" in found(client, words.replace("áök", "òák"))


def test_search_wants_every_word(client):
    product("Oak table")
    assert found(client, "oak chair") == []
    assert found(client, "%") == []
    assert found(client, "o_k") == []


@pytest.mark.parametrize(
    ("title", "words"), [("Café Crème", "cafe creme"), ("Tureen", "TÜREEN"), ("Стол", "СТОЛ")]
)
def test_search_minds_neither_case_nor_accents(client, title, words):
    product(title)
    assert found(client, words) == [title]


def test_a_search_finds_variants_by_their_parent(client):
    variants("Mug", Teal=("18.90", 4), Navy=("19.90", 0))
    assert found(client, "navy") == ["Mug"]
    assert found(client, "mug navy") == ["Mug"]


def test_sorting_and_sifting(client):
    product("Cheap", price="5.00")
    product("Dear", price="50.00", stock=None)
    product("Middling", price="20.00")
    assert found(client, "", sort="price") == ["Cheap", "Middling", "Dear"]
    assert found(client, "", sort="-price") == ["Dear", "Middling", "Cheap"]
    assert found(client, "", low="10", high="30") == ["Middling"]
    assert found(client, "", sort="title", stock="on") == ["Cheap", "Middling"]


@pytest.mark.parametrize(
    "query", ["page=99", "page=x", "page=-1", "sort=nonsense", "low=x&high=-3", "low=1e99"]
)
def test_nonsense_in_an_address_is_no_error(client, query):
    product()
    assert client.get(f"/catalogue/?{query}").status_code == 200


def test_a_variant_is_chosen_on_its_parents_page(client):
    parent, (teal, navy) = variants("Mug", Teal=("18.90", 4), Navy=("19.90", 0))
    page = text(client.get(parent.get_absolute_url()))
    assert "from</span> €18.90" in page
    assert re.search("Teal . €18.90 . Only 4 left", page)
    assert re.search("Navy . €19.90 . Sold out", page)
    response = client.get(teal.get_absolute_url())
    assert response.url == f"{parent.get_absolute_url()}?variant={teal.pk}"
    assert f'value="{teal.pk}" selected' in text(client.get(response.url))
    answer = client.post(f"/basket/add/{parent.pk}/", {"quantity": 1})
    assert "Please choose a variant." in text(answer)
    assert put(client, navy).status_code == 200
    assert put(client, teal).status_code == 302


def test_a_text_of_the_back_office_cannot_run_anything(client):
    row = product(description='<p onclick="x()">Fine <script>alert(1)</script><b>oak</b></p>')
    page = client.get(row.get_absolute_url()).content.decode()
    assert "<b>oak</b>" in page
    assert "onclick" not in page
    assert "<script>alert" not in page


def test_a_changed_price_is_on_the_next_page(client):
    table = product(price="119.00")
    table.stockrecords.update(price="99.00")
    assert "€99.00" in text(client.get(table.get_absolute_url()))


@pytest.mark.parametrize("title", SCRIPTS)
def test_a_title_of_255_characters_is_whole_in_list_page_and_basket(client, title):
    row = product(title[:255])
    whole = text(client.get("/catalogue/")).replace("&lt;", "<").replace("&gt;", ">")
    assert title[:255] in whole
    assert put(client, row).status_code == 302
    for address in (row.get_absolute_url(), "/basket/"):
        assert title[:255] in text(client.get(address)).replace("&lt;", "<").replace("&gt;", ">")


def queries(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_products(client):
    _, leaf = leaf_of("Kitchen", "Cups")
    addresses = ["/", "/catalogue/", "/search/?q=mug", leaf.get_absolute_url()]
    product("Mug 0").categories.add(leaf)
    few = [queries(client, address) for address in addresses]
    for number in range(1, 9):
        product(f"Mug {number}").categories.add(leaf)
        variants(f"Mug set {number}", One=("1.00", 3), Two=("2.00", 3))
    assert [queries(client, address) for address in addresses] == few
    assert max(few) <= 12


def test_the_number_of_queries_of_a_product_does_not_grow_with_variants(client):
    parent, _ = variants("Mug", One=("1.00", 3))
    few = queries(client, parent.get_absolute_url())
    for number in range(5):
        child = ProductFactory(
            title=f"V{number}", structure="child", parent=parent, product_class=None, price=None
        )
        child.stockrecords.all().delete()
        StockRecordFactory(product=child, price="1.00", partner_sku=f"V{number}")
    assert queries(client, parent.get_absolute_url()) == few <= 10


def test_a_thumbnail_that_is_on_disk_costs_no_query(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for number in range(3):
        content = io.BytesIO()
        Image.new("RGB", (60, 40), "#c4935f").save(content, "JPEG")
        picture = get_model("catalogue", "ProductImage")(product=product(f"Mug {number}"))
        picture.original.save("mug.jpg", ContentFile(content.getvalue()))
    client.get("/catalogue/")
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        page = text(client.get("/catalogue/"))
    assert page.count("/media/thumbnails/") == 3
    assert not [query for query in captured if "thumbnail_kvstore" in query["sql"]]


def test_an_offer_has_a_page_with_its_products(client):
    row = offer()
    product("Oak table")
    assert "Oak table" in text(client.get(row.get_absolute_url()))


def test_staff_see_what_is_not_public_yet(client):
    client.force_login(get_user_model().objects.create_user("staff", is_staff=True))
    assert client.get(product(is_public=False).get_absolute_url()).status_code == 200
