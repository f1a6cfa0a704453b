"""Cells of CSV files that people open in a spreadsheet. A text is never taken for a formula."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def text(value: str | None) -> str:
    """Return a text for a cell, quoted by an apostrophe where a spreadsheet would calculate it."""
    words = value or ""
    return f"'{words}" if words.startswith(FORMULA) else words
