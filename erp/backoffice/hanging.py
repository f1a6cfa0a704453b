"""Has thumbnails made of new pictures in the background. In which sizes, the shop knows."""

from collections.abc import Iterable

from erp.documents.models import Outbox
from erp.documents.outbox import effect, enqueue

TOPIC = "thumbnails"
OF_PRODUCTS, OF_CATEGORIES = ("list", "page"), ("tile",)


def hang(names: Iterable[str], *, uses: Iterable[str]) -> None:
    """Ask for the thumbnails of pictures, by the names of their files."""
    enqueue([_thumbnails(name, use) for name in names for use in uses])


def _thumbnails(name: str, use: str) -> Outbox:
    return effect(f"{TOPIC}:{use}:{name}", TOPIC, name=name, use=use)
