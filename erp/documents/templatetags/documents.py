"""How documents, mails and the shop print what stands on paper."""

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
