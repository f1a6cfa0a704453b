"""A clerk writes products, variants, prices, pictures and categories; the shop shows them at once."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from oscar.core.loading import get_model
from PIL import Image

from erp.inventory.free import free
from erp.inventory.models import Backorder, PriceChange, Warehouse
from erp.sales.models import TaxClass
from tests.backoffice.desk import list_url, page_url, press, told, words
from tests.books import is_sound
from tests.chain.scenes import place
from tests.factories import NOON, ProductFactory, sale_line

pytestmark = pytest.mark.django_db

Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")
ProductAttribute = get_model("catalogue", "ProductAttribute")
ProductClass = get_model("catalogue", "ProductClass")
StockRecord = get_model("partner", "StockRecord")

NO_IMAGES = {"images-TOTAL_FORMS": "0", "images-INITIAL_FORMS": "0"}


@pytest.fixture
def clothes():
    """A type with a colour that must be told and a size that may be."""
    kind = ProductClass.objects.create(name="Clothes")
    ProductAttribute.objects.create(
        product_class=kind, code="colour", name="Colour", type="text", required=True
    )
    ProductAttribute.objects.create(product_class=kind, code="size", name="Size", type="integer")
    return kind


@pytest.fixture
def hats():
    return Category.add_root(name="Hats")


@pytest.fixture
def clerk(as_role):
    return as_role("sales")


def written(**changes):
    """Return a product's form as a clerk fills it in."""
    plain = {
        "title": "Felt hat",
        "is_public": "on",
        "is_discountable": "on",
        "priority": "0",
        "sku": "HAT-1",
        "price": "49.90",
        "attr_colour": "green",
    }
    return NO_IMAGES | plain | changes


def add(client, kind, structure="standalone", **changes):
    url = f"{list_url(Product)}add/?kind={kind.pk}&structure={structure}"
    return client.post(url, written(**changes), follow=True)


def picture():
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(file, "PNG")
    return SimpleUploadedFile("hat.png", file.getvalue(), "image/png")


class TestANewProduct:
    def test_its_type_is_asked_first(self, clerk, clothes):
        page = words(clerk.get(f"{list_url(Product)}add/"))
        assert f"?kind={clothes.pk}" in page
        assert "Clothes" in page

    def test_is_in_the_shop_and_can_be_bought_when_stock_is_counted(
        self, clerk, office, clothes, hats, settings, tmp_path
    ):
        settings.MEDIA_ROOT = tmp_path
        images = {
            "images-TOTAL_FORMS": "1",
            "images-INITIAL_FORMS": "0",
            "images-0-original": picture(),
            "images-0-display_order": "0",
        }
        add(clerk, clothes, categories=[hats.pk], attr_size="56", **images)

        hat = Product.objects.get()
        assert (hat.attr.colour, hat.attr.size) == ("green", 56)
        assert hat.slug == "felt-hat"
        assert hat.images.count() == 1
        assert list(hat.categories.all()) == [hats]
        record = hat.stockrecords.get()
        assert (record.partner.code, record.price, record.num_in_stock) == ("company", Decimal("49.90"), 0)
        shown = clerk.get(hat.get_absolute_url())
        assert "Felt hat" in words(shown)
        assert "49.90" in words(shown)

        answers = {
            "warehouse": Warehouse.objects.get(is_transit=False).pk,
            "quantity": "3",
            "reason": "First",
            "key": "f",
            "code": "found",
        }
        press(office, "adjust", record, cost="60.00", **answers)
        order = place(sale_line(hat, 1, "49.90"))
        assert order.status == "confirmed"
        assert is_sound()

    def test_needs_what_its_type_demands(self, clerk, clothes):
        response = add(clerk, clothes, attr_colour="", sku="")
        assert words(response).count("This field is required.") == 2
        assert not Product.objects.exists()

    def test_takes_no_sku_that_is_taken(self, clerk, clothes):
        ProductFactory(upc="HAT-1")
        assert "Another product has this SKU." in words(add(clerk, clothes))

    def test_loses_scripts_in_its_description(self, clerk, clothes):
        add(clerk, clothes, description="<p onclick='x()'>Warm <b>felt</b></p><script>alert(1)</script>")
        assert Product.objects.get().description == "<p>Warm <b>felt</b></p>"

    def test_may_fall_under_another_tax_class(self, clerk, clothes):
        reduced = TaxClass.objects.get(code="reduced")
        add(clerk, clothes, tax_class=reduced.pk)
        hat = Product.objects.get()
        assert hat.product_tax.tax_class == reduced
        clerk.post(page_url(hat), written(tax_class=""))
        assert not hasattr(Product.objects.get(), "product_tax")

    def test_may_have_a_title_of_255_letters_of_any_script(self, clerk, clothes):
        title = ("帽子と襟巻き" * 50)[:255]
        add(clerk, clothes, title=title)
        assert Product.objects.get().title == title
        assert title in words(clerk.get(list_url(Product)))


class TestAChangedPrice:
    def test_is_on_the_next_page_of_the_shop_and_is_kept_with_who_changed_it(self, clerk, clothes):
        add(clerk, clothes)
        hat = Product.objects.get()

        clerk.post(page_url(hat), written(price="39.90"))

        assert "39.90" in words(clerk.get(hat.get_absolute_url()))
        change = PriceChange.objects.order_by("pk").last()
        assert (change.old, change.new, change.user.username) == (
            Decimal("49.90"),
            Decimal("39.90"),
            "sales",
        )
        assert "49.90" in words(clerk.get(page_url(hat)))

    def test_unchanged_is_no_change(self, clerk, clothes):
        add(clerk, clothes)
        clerk.post(page_url(Product.objects.get()), written())
        assert PriceChange.objects.count() == 1

    def test_cannot_be_negative(self, clerk, clothes):
        add(clerk, clothes)
        response = clerk.post(page_url(Product.objects.get()), written(price="-1"))
        assert "greater than or equal to 0" in words(response)


class TestBackorder:
    """How much of it may be ordered that is not in stock."""

    def test_is_written_beside_the_price_and_customers_can_order(self, clerk, clothes):
        add(clerk, clothes)
        hat = Product.objects.get()
        assert "Sold out" in words(clerk.get(hat.get_absolute_url()))

        clerk.post(page_url(hat), written(backorder="5"))

        assert "order now" in words(clerk.get(hat.get_absolute_url()))
        assert 'name="backorder" value="5"' in clerk.get(page_url(hat)).content.decode()
        assert free([hat.pk], now=NOON)[hat.pk].later == 5

    def test_is_none_where_nothing_is_written_and_who_waits_goes_on_waiting(self, clerk, clothes):
        add(clerk, clothes, backorder="5")
        hat = Product.objects.get()
        place(sale_line(hat, 2, "49.90"))
        clerk.post(page_url(hat), written(backorder=""))
        row = Backorder.objects.get()
        assert (row.allowed, row.waiting) == (0, 2)
        assert "Sold out" in words(clerk.get(hat.get_absolute_url()))

    def test_is_not_asked_of_a_service(self, clerk, clothes):
        ProductClass.objects.filter(pk=clothes.pk).update(track_stock=False)
        page = clerk.get(f"{list_url(Product)}add/?kind={clothes.pk}&structure=standalone")
        assert "On backorder" not in words(page)
        add(clerk, clothes)
        assert not Backorder.objects.exists()


def test_quantities_are_no_part_of_the_form(clerk, lamp):
    page = words(clerk.get(page_url(lamp)))
    assert 'name="num_in_stock"' not in page
    clerk.post(
        page_url(lamp),
        written(sku="LAMP", num_in_stock="500", num_allocated="4", on_hand="500", title="Lamp"),
    )
    record = StockRecord.objects.get()
    assert (record.num_in_stock, record.num_allocated) == (9, 0)
    assert is_sound()


class TestVariants:
    def test_are_written_on_their_parents_page(self, clerk, clothes, hats):
        response = add(clerk, clothes, "parent", categories=[hats.pk])
        parent = Product.objects.get()
        assert response.redirect_chain[-1][0] == page_url(parent)
        assert not parent.stockrecords.exists()

        self.write(clerk, parent, self.row(0, "HAT-S", "52"), self.row(1, "HAT-L", "60", price="55.00"))

        small, large = parent.children.order_by("pk")
        assert (small.attr.size, large.attr.size) == (52, 60)
        assert small.structure == "child"
        assert large.stockrecords.get().price == Decimal("55.00")
        assert "HAT-L" not in told(clerk.get(list_url(Product)))
        listed = words(clerk.get(list_url(Product), {"q": "HAT-L"}))
        assert "49.90 to 55.00" in listed
        assert "Felt hat" in words(clerk.get(parent.get_absolute_url()))

    def test_change_their_price_there_too(self, clerk, clothes):
        add(clerk, clothes, "parent")
        parent = Product.objects.get(structure="parent")
        self.write(clerk, parent, self.row(0, "HAT-S", "52"))
        small = parent.children.get()

        changed = self.row(0, "HAT-S", "52", price="44.00") | {"children-0-id": small.pk}
        self.write(clerk, parent, changed, initial=1)

        assert StockRecord.objects.get().price == Decimal("44.00")
        assert PriceChange.objects.count() == 2

    def test_have_a_page_of_their_own(self, clerk, clothes):
        add(clerk, clothes, "parent")
        parent = Product.objects.get(structure="parent")
        self.write(clerk, parent, self.row(0, "HAT-S", "52"))
        small = parent.children.get()

        assert page_url(parent) in words(clerk.get(page_url(small)))
        clerk.post(page_url(small), written(title="Small", sku="HAT-S", price="40.00", attr_size="52"))

        small.refresh_from_db()
        assert (small.title, small.stockrecords.get().price) == ("Small", Decimal("40.00"))

    @staticmethod
    def row(place, sku, size, price="49.90"):
        named = {"sku": sku, "attr_size": size, "attr_colour": "green", "price": price, "is_public": "on"}
        return {f"children-{place}-{name}": value for name, value in named.items()}

    @staticmethod
    def write(client, parent, *rows, initial=0):
        form = {"children-TOTAL_FORMS": len(rows), "children-INITIAL_FORMS": initial} | written()
        for row in rows:
            form |= row
        response = client.post(page_url(parent), form, follow=True)
        assert told(response)[0][0] == "success", words(response)


def test_a_product_is_withdrawn_never_deleted(clerk, clothes):
    add(clerk, clothes)
    hat = Product.objects.get()
    assert clerk.post(page_url(hat).replace("change", "delete"), {"post": "yes"}).status_code == 403
    clerk.post(page_url(hat), written(is_public=""))
    assert not Product.objects.get().is_public


def test_a_category_is_written_without_scripts_and_shown(clerk):
    answers = {"name": "Hats", "description": "<b>All</b><script>x</script>", "is_public": "on"}
    moved = {"_position": "first-child", "_ref_node_id": "", "treebeard_position": "first-child"}
    response = clerk.post(f"{list_url(Category)}add/", answers | moved, follow=True)
    assert told(response)[0][0] == "success", words(response)
    hats = Category.objects.get()
    assert hats.description == "<b>All</b>"
    assert clerk.get(hats.get_absolute_url()).status_code == 200
