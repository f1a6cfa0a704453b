"""How templates print money, pictures and texts."""

from decimal import Decimal

import nh3
from babel import Locale
from babel.numbers import format_currency
from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, to_locale

from accounting.money import money as exact
from shop.partner.availability import stock_code, stock_words
from shop.thumbnails import thumbnail

register = template.Library()

PLACEHOLDER = "img/no-picture.svg"


@register.filter
def money(amount: Decimal | None) -> str:
    """Print an amount in the shop's currency as the language has it."""
    if amount is None:
        return ""
    return format_currency(amount, settings.OSCAR_DEFAULT_CURRENCY, locale=to_locale(get_language()))


@register.filter
def rate(percent: Decimal) -> str:
    """Print a tax rate without idle zeros: 19 %, 5.5 %."""
    return f"{percent.normalize():f} %"


@register.filter
def country(code: str) -> str:
    """Print the name of a country."""
    return Locale.parse(to_locale(get_language())).territories.get(code, code)


@register.filter
def elided(paginator, number: int):
    """Return the numbers of the pages around this one, and the first and last."""
    return paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)


@register.filter
def safe_html(text: str) -> str:
    """Print a text from the back office: of its HTML only what is harmless, line breaks where it has none."""
    return mark_safe(nh3.clean(text) if "<" in text else linebreaks(text, autoescape=True))


@register.simple_tag
def picture(image, size: int) -> str:
    """Return the address of a product's picture at most so many pixels wide and high."""
    if not image or not image.original:
        return static(PLACEHOLDER)
    return thumbnail(image.original, size).url


@register.simple_tag(takes_context=True)
def price_of(context, product, stated: Decimal) -> str:
    """Print the price of a listed product as this customer pays it."""
    return money(context["request"].strategy.taxation.unit_price(product, exact(stated)))


@register.filter
def first_image(product):
    """Return a product's first picture, or its parent's."""
    own = next(iter(product.images.all()), None)
    if own is None and product.parent_id:
        return next(iter(product.parent.images.all()), None)
    return own


@register.inclusion_tag("shop/parts/stock.html")
def stock(left: int | None, counted: bool = True, later: int = 0) -> dict:
    """Say how many of a listed product are left, and whether more can be ordered."""
    here = left if counted else None
    return {"words": stock_words(here, later), "code": stock_code(here, later)}


@register.simple_tag(takes_context=True)
def address_with(context, **changes) -> str:
    """Return the page's query with some parts changed: for page links."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"
