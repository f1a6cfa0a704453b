"""How documents, mails and the shop print what stands on paper."""

from decimal import Decimal
from typing import Any

from django import template

register = template.Library()


@register.filter
def in_fours(iban: str) -> str:
    """Print an IBAN as people read and type it: DE89 3704 0044 0532 0130 00."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


@register.filter
def on_one_line(words: str) -> str:
    """Print a name on one line, whatever breaks somebody has put into it."""
    return " ".join(str(words).split())


@register.filter
def money(amount: Decimal) -> str:
    """Print an amount with two places and its thousands apart: 1,234.50."""
    return f"{amount:,.2f}"


@register.filter
def in_a_row(address: str) -> str:
    """Print an address of several lines on one, as above the window of an envelope."""
    return " · ".join(line.strip() for line in address.splitlines() if line.strip())


@register.filter
def before_discount(line: Any) -> str:
    """Print what a line came to before its discount."""
    return money(line.unit_price * line.quantity)


@register.filter
def packs(line: Any) -> str:
    """Print how many packs the pieces of a line make; part of a pack with its decimals."""
    return f"{line.quantity / line.pack:g}"
