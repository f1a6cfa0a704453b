"""Slugs in any script that fit into their column, however long a title is."""

from django.utils.text import slugify as django_slugify

LONGEST = 200


def slugify(value: str, allow_unicode: bool = True) -> str:
    """Return a slug that keeps letters of all scripts; Oscar's would write each as a code of five signs."""
    return django_slugify(value, allow_unicode=True)[:LONGEST].rstrip("-") or "item"
