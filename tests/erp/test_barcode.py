"""The bars of Code 128, read back from the picture as a scanner reads them."""

import re
from itertools import pairwise
from urllib.parse import unquote

import pytest
from barcode.charsets.code128 import CODES

from erp.documents.barcode import HEIGHT, QUIET, barcode_uri

pytestmark = pytest.mark.once

START_B, STOP = 104, "11000111010"


def read(uri):
    """Return the values of the symbols in a picture, from its first bar to its last."""
    svg = unquote(uri.removeprefix("data:image/svg+xml,"))
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    black = {int(place) for place in re.findall(r"M(\d+) 0h1v", svg)}
    assert (min(black), max(black), height) == (QUIET, width - QUIET - 1, HEIGHT)
    bars = "".join("1" if place in black else "0" for place in range(QUIET, width - QUIET))
    symbols = [bars[start:end] for start, end in pairwise(range(0, len(bars) - 1, 11))]
    assert symbols.pop() == STOP
    return [CODES.index(symbol) for symbol in symbols]


def test_the_bars_say_the_text_and_its_check_digit():
    start, *values, check = read(barcode_uri("DN-x_7"))
    assert start == START_B
    assert "".join(chr(value + 32) for value in values) == "DN-x_7"
    assert check == (start + sum(place * value for place, value in enumerate(values, start=1))) % 103


@pytest.mark.parametrize("text", ["", "灯", "Ω-1"])
def test_what_the_code_cannot_say_has_no_picture(text):
    assert barcode_uri(text) == ""
