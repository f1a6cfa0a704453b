"""Texts as XML takes them: on one line, without what no document may hold."""

import re

# What XML 1.0 cannot hold, even escaped.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def words(text: str) -> str:
    """Return a text without forbidden characters and with single spaces."""
    return " ".join(FORBIDDEN.sub(" ", text or "").split())
