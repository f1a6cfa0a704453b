"""Hangs the pictures of products and categories in the shop. How they are drawn stands in `pictures`."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from oscar.core.loading import get_model

from erp.backoffice.demo import catalogue, pictures
from erp.backoffice.hanging import OF_CATEGORIES, OF_PRODUCTS, TOPIC, hang
from erp.documents import outbox
from erp.documents.models import Outbox

Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")
ProductImage = get_model("catalogue", "ProductImage")

FOLDER = "images/products/demo"


def load(say: Callable[[str], None], *, today: date) -> None:
    """Draw a picture for every product, variant and category. The rows are written when all is drawn."""
    if ProductImage.objects.filter(original__startswith=FOLDER).exists():
        return
    looks = _of_products()
    products = dict(Product.objects.filter(upc__in=looks).values_list("upc", "pk"))
    draw = cache(pictures.draw)
    images = []
    for done, (sku, product) in enumerate(sorted(products.items()), start=1):
        say(f"picture {done} of {len(products)}")
        name = _store(f"{FOLDER}/{sku.lower()}.jpg", draw(*looks[sku]))
        images.append(ProductImage(product_id=product, original=name))
    hung = {slug: _store(f"categories/demo/{slug}.jpg", draw(*look)) for slug, look in _of_categories()}
    with transaction.atomic():
        ProductImage.objects.bulk_create(images)
        for slug, name in hung.items():
            Category.objects.filter(slug=slug, image="").update(image=name)
        hang((image.original.name for image in images), uses=OF_PRODUCTS)
        hang(hung.values(), uses=OF_CATEGORIES)
    say("small pictures")
    _make_ready(("list", "tile"))


def _make_ready(uses: Iterable[str]) -> None:
    """Make the thumbnails of home page and lists at once; those of products' pages are left to the worker."""
    for row in Outbox.objects.filter(topic=TOPIC, payload__use__in=uses, done_at=None):
        outbox.deliver(row.pk, now=timezone.now())


def _of_products() -> dict[str, tuple[str, str, str]]:
    """Kind, colour and scene of every product's picture, by SKU."""
    scenes = {
        child["slug"]: top["scene"] for top in catalogue.DATA["categories"] for child in top["children"]
    }
    return {row["sku"]: (*row["picture"], scenes[row["category"]]) for row in catalogue.everything()}


def _of_categories() -> Iterator[tuple[str, tuple[str, str, str]]]:
    for top in catalogue.DATA["categories"]:
        for row in (top, *top["children"]):
            yield row["slug"], (*row["picture"], top["scene"])


def _store(name: str, content: bytes) -> str:
    """Write a file, in place of one that an interrupted load left there."""
    default_storage.delete(name)
    return default_storage.save(name, ContentFile(content))
