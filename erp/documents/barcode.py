"""Code 128, which any scanner reads as if the characters were typed: the number of a paper, or a SKU."""

from urllib.parse import quote

from barcode.codex import Code128
from barcode.errors import BarcodeError

QUIET = 10  # bars' widths that stay white on either side, as the norm asks for
HEIGHT = 30


def barcode_uri(text: str) -> str:
    """Return the code as a picture in an address of its own; nothing for what it cannot say."""
    try:
        (bars,) = Code128(text).build() if text else ("",)
    except BarcodeError:  # a letter that Code 128 does not have
        return ""
    if not bars:
        return ""
    width = len(bars) + 2 * QUIET
    path = "".join(f"M{place} 0h1v{HEIGHT}h-1z" for place, bar in enumerate(bars, start=QUIET) if bar == "1")
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" '
        f'height="{HEIGHT}" preserveAspectRatio="none" shape-rendering="crispEdges"><path d="{path}"/></svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"
