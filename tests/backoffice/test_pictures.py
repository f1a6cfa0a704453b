"""A picture that staff hang is ready in every size before a customer looks at it."""

import io
import re
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from oscar.core.loading import get_model
from PIL import Image

from erp.backoffice.hanging import OF_CATEGORIES, OF_PRODUCTS, hang
from erp.documents import outbox
from erp.documents.models import Outbox
from shop.thumbnails import SIZES
from tests.backoffice.desk import list_url, page_url
from tests.backoffice.test_products import add, clerk, clothes, hats, written  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.once]
Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def photo(colour="green"):
    file = io.BytesIO()
    Image.new("RGB", (2000, 1500), colour).save(file, "JPEG")
    return SimpleUploadedFile("hat.jpg", file.getvalue(), "image/jpeg")


def thumbnails(media):
    return {path.name: path.stat().st_mtime_ns for path in media.glob("thumbnails/**/*.webp")}


def test_a_products_pictures_are_made_before_anybody_looks(clerk, clothes, hats, media):  # noqa: F811
    images = {"images-TOTAL_FORMS": "1", "images-0-original": photo(), "images-0-display_order": "0"}
    add(clerk, clothes, categories=[hats.pk], attr_size="56", **images)
    outbox.run_due(timezone.now())
    ready = thumbnails(media)
    assert len(ready) == sum(len(SIZES[use]) for use in OF_PRODUCTS)

    hat = Product.objects.get()
    for path in ("/", "/catalogue/", hat.get_absolute_url()):
        assert "/media/thumbnails/" in Client().get(path).content.decode()
    assert thumbnails(media) == ready

    image = hat.images.get()
    again = images | {"images-INITIAL_FORMS": "1", "images-0-id": image.pk, "images-0-product": hat.pk}
    clerk.post(page_url(hat), written(categories=[hats.pk], **(again | {"images-0-original": photo("red")})))
    outbox.run_due(timezone.now())
    assert len(thumbnails(media)) == 2 * len(ready)
    asked = Outbox.objects.filter(topic="thumbnails").count()
    clerk.post(page_url(hat), written(categories=[hats.pk], **(again | {"images-0-original": ""})))
    assert Outbox.objects.filter(topic="thumbnails").count() == asked


def test_a_categorys_picture_is_made_before_anybody_looks(office, media):
    fields = {"name": "Hats", "is_public": "on", "image": photo()}
    fields |= {"_position": "first-child", "_ref_node_id": "", "treebeard_position": "first-child"}
    office.post(f"{list_url(Category)}add/", fields)
    assert Category.objects.get().image
    outbox.run_due(timezone.now())
    ready = thumbnails(media)
    assert len(ready) == len(SIZES["tile"])
    Client().get("/")
    assert thumbnails(media) == ready


def test_a_picture_that_is_gone_is_asked_for_no_more(media):
    hang(["images/gone.jpg"], uses=OF_PRODUCTS + OF_CATEGORIES)
    outbox.run_due(timezone.now())
    assert not Outbox.objects.filter(done_at=None).exists()
    assert not default_storage.exists("images/gone.jpg")


def test_every_size_that_a_page_shows_is_made_beforehand():
    texts = [path.read_text() for path in TEMPLATES.glob("shop/**/*.html")]
    shown = {int(size) for text in texts for size in re.findall(r"{% picture [^%]+ (\d+) %}", text)}
    assert shown == {size for sizes in SIZES.values() for size in sizes}
