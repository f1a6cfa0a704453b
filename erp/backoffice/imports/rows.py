"""What a row means, and why it cannot be part of a sale or credit. Knows no database but the countries."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.sales.wishes import LONGEST_NUMBER

from .countries import country_code
from .reading import Raw

CREDIT = "C"
NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
SPREADSHEET_KEY = re.compile(r"([0-9]+)\.0+")
LONGEST_SKU, LONGEST_TITLE, LONGEST_CUSTOMER = 64, 255, 60
LARGEST = 1_000_000  # pieces of a row, and its price
FIRST_YEAR = 1990


class NotTaken(Refusal):
    """A row that is left out; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be taken. The quantity is as written: negative in a credit."""

    raw: Raw
    sku: str
    title: str
    quantity: int
    price: Decimal
    moment: datetime
    customer: str
    country: str

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.price


@dataclass(frozen=True, slots=True)
class Clock:
    """How dates are written (as ISO 8601 where nothing is said), and what time it is."""

    now: datetime
    date_format: str = ""


def parse(raw: Raw, clock: Clock) -> Row:
    """Return what a row means. Raises NotTaken."""
    if raw.fault:
        raise NotTaken(raw.fault)
    number = _words(raw.order, "document number", LONGEST_NUMBER)
    price = _price(raw.price)
    return Row(
        raw=raw,
        sku=_words(raw.sku, "stock code", LONGEST_SKU),
        title=_words(raw.title, "description", LONGEST_TITLE),
        quantity=_quantity(raw.quantity, is_credit=number.startswith(CREDIT)),
        price=price,
        moment=_moment(raw.date, clock),
        customer=_customer(raw.customer),
        country=_country(raw.country),
    )


def written_amount(raw: Raw) -> Decimal:
    """Return quantity times price as far as both can be read, for the sums of what is left out."""
    words = raw.quantity.strip(), raw.price.strip()
    if not all(NUMBER.fullmatch(word) for word in words):
        return ZERO
    return Decimal(words[0]) * Decimal(words[1])


def _words(text: str, name: str, longest: int) -> str:
    words = text.strip()
    if not words:
        raise NotTaken(f"no {name}")
    if len(words) > longest:
        raise NotTaken(f"{name} of {len(words)} characters: at most {longest}")
    if CONTROL.search(words):
        raise NotTaken(f"{name} with a control character")
    return words


def _number(text: str, name: str) -> Decimal:
    word = text.strip()
    if not NUMBER.fullmatch(word):
        raise NotTaken(f"{name} is no number")
    return Decimal(word)


def _price(text: str) -> Decimal:
    price = _number(text, "price")
    if price == 0:
        raise NotTaken("price 0: nothing was sold")
    if price < 0:
        raise NotTaken("negative price")
    if price > LARGEST:
        raise NotTaken(f"price above {LARGEST}")
    if price * 100 % 1:
        raise NotTaken("price with parts of a cent")
    return price.quantize(ZERO)


def _quantity(text: str, *, is_credit: bool) -> int:
    quantity = _number(text, "quantity")
    if quantity % 1:
        raise NotTaken("quantity is no whole number")
    if quantity == 0:
        raise NotTaken("quantity 0")
    if abs(quantity) > LARGEST:
        raise NotTaken(f"quantity above {LARGEST}")
    if is_credit and quantity > 0:
        raise NotTaken("positive quantity in a credit")
    if quantity < 0 and not is_credit:
        raise NotTaken("negative quantity in a sale")
    return int(quantity)


def _moment(text: str, clock: Clock) -> datetime:
    """Return a moment. Without an offset it is one of the company's time zone."""
    try:
        moment = _written(text.strip(), clock.date_format)
    except ValueError as error:
        raise NotTaken("date cannot be read: see --date-format") from error
    if moment.tzinfo is None:
        moment = timezone.make_aware(moment)
    if moment.year < FIRST_YEAR or moment > clock.now:
        raise NotTaken(f"date before {FIRST_YEAR}" if moment < clock.now else "date in the future")
    return moment


def _written(text: str, date_format: str) -> datetime:
    if not date_format:
        return datetime.fromisoformat(text)
    return datetime.strptime(text, date_format).replace(tzinfo=timezone.get_current_timezone())


def _customer(text: str) -> str:
    """Return the customer's key, or nothing. Spreadsheets write the key 17850 as 17850.0."""
    if not text.strip():
        return ""
    words = _words(text, "customer", LONGEST_CUSTOMER)
    match = SPREADSHEET_KEY.fullmatch(words)
    return match[1] if match else words


def _country(text: str) -> str:
    code = country_code(text)
    if code is None:
        raise NotTaken("unknown country" if text.strip() else "no country")
    return code
