"""The values of products' attributes as words of a file, and back."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from oscar.core.loading import get_model

from ..safe_html import harmless_markup
from .cells import BadCell, day, number, yes_no

ProductAttribute = get_model("catalogue", "ProductAttribute")
ProductAttributeValue = get_model("catalogue", "ProductAttributeValue")

PREFIX = "attribute:"
SEVERAL = "|"
LARGEST = 2_147_483_647


def meaning(attribute: Any, words: str) -> str:
    """Return what words say as a value of an attribute. Raises BadCell."""
    if attribute.type not in READERS:
        raise BadCell("is of a kind that no file can hold: set it on the product's page")
    return READERS[attribute.type](attribute, words) if words else ""


def stored(value: Any) -> str:
    """Return the words for a value that is stored. Its options were fetched before."""
    kind = value.attribute.type
    if kind == ProductAttribute.MULTI_OPTION:
        return _joined(option.option for option in value.value_multi_option.all())
    found = getattr(value, f"value_{kind}", None)
    if found is None:
        return ""
    if kind == ProductAttribute.BOOLEAN:
        return "yes" if found else "no"
    if kind == ProductAttribute.FLOAT:
        return _plain(Decimal(format(found, ".15g")))
    return found.isoformat() if isinstance(found, date) else str(found)


def write(rows: Sequence[tuple[Any, Any, str]]) -> None:
    """Give products the values of attributes: (product, attribute, words). A few statements for all."""
    for attribute in {attribute for _, attribute, _ in rows}:
        products = [product.pk for product, one, _ in rows if one == attribute]
        ProductAttributeValue.objects.filter(attribute=attribute, product__in=products).delete()
    said = [row for row in rows if row[2]]
    made = ProductAttributeValue.objects.bulk_create(_value(*row) for row in said)
    through = ProductAttributeValue.value_multi_option.through
    through.objects.bulk_create(
        through(productattributevalue_id=value.pk, attributeoption_id=option.pk)
        for value, (_, attribute, words) in zip(made, said, strict=True)
        if attribute.type == ProductAttribute.MULTI_OPTION
        for option in _options(attribute, words)
    )


def _value(product: Any, attribute: Any, words: str) -> Any:
    row = ProductAttributeValue(product=product, attribute=attribute)
    if attribute.type in WRITERS:
        setattr(row, f"value_{attribute.type}", WRITERS[attribute.type](attribute, words))
    return row


def _options(attribute: Any, words: str) -> list[Any]:
    """Return the options that words name. Raises BadCell."""
    known = {option.option: option for option in attribute.option_group.options.all()}
    names = [name.strip() for name in words.split(SEVERAL)]
    for name in names:
        if name not in known:
            raise BadCell(f"'{name}' is none of {', '.join(sorted(known))}"[:300])
    return [known[name] for name in names]


def _joined(options: Any) -> str:
    return f" {SEVERAL} ".join(sorted(set(options)))


def _one_option(attribute: Any, words: str) -> str:
    (option, *more) = _options(attribute, words)
    if more:
        raise BadCell("names several options where there can be one")
    return option.option


def _integer(attribute: Any, words: str) -> str:
    found = number(words)
    if found % 1 or abs(found) > LARGEST:
        raise BadCell("is no whole number, or too large")
    return str(int(found))


def _moment(attribute: Any, words: str) -> str:
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        raise BadCell("is no time such as 2026-12-31T12:00:00+01:00") from None
    if found.tzinfo is None:
        raise BadCell("does not say its time zone: write 2026-12-31T12:00:00+01:00")
    return found.isoformat()


def _plain(found: Decimal) -> str:
    return format(found.normalize(), "f")


READERS: dict[str, Callable[[Any, str], str]] = {
    ProductAttribute.TEXT: lambda attribute, words: words,
    ProductAttribute.RICHTEXT: lambda attribute, words: harmless_markup(words),
    ProductAttribute.INTEGER: _integer,
    ProductAttribute.FLOAT: lambda attribute, words: _plain(number(words)),
    ProductAttribute.BOOLEAN: lambda attribute, words: yes_no(words),
    ProductAttribute.DATE: lambda attribute, words: day(words),
    ProductAttribute.DATETIME: _moment,
    ProductAttribute.OPTION: _one_option,
    ProductAttribute.MULTI_OPTION: lambda attribute, words: _joined(
        option.option for option in _options(attribute, words)
    ),
}
WRITERS: dict[str, Callable[[Any, str], Any]] = {
    ProductAttribute.TEXT: lambda attribute, words: words,
    ProductAttribute.RICHTEXT: lambda attribute, words: words,
    ProductAttribute.INTEGER: lambda attribute, words: int(words),
    ProductAttribute.FLOAT: lambda attribute, words: float(words),
    ProductAttribute.BOOLEAN: lambda attribute, words: words == "yes",
    ProductAttribute.DATE: lambda attribute, words: date.fromisoformat(words),
    ProductAttribute.DATETIME: lambda attribute, words: datetime.fromisoformat(words),
    ProductAttribute.OPTION: lambda attribute, words: _options(attribute, words)[0],
}
