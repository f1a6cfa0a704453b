"""What a check found: a sentence, and what it is about."""

from typing import Any


class Finding(str):
    """A sentence about what is wrong. `about` is the row or the source key to look at, if there is one."""

    about: Any

    def __new__(cls, text: str, about: Any = None) -> "Finding":
        found = super().__new__(cls, text)
        found.about = about
        return found
