"""The books as files, written line by line: for people as CSV, for other programs in their formats.

`hand_out` makes a file and writes it down; each format is a module with `write`, and `parts` where it is
more than one file.
"""

from .asked import Asked, NotForThisFormat, NothingPosted
from .formats import FORMATS
from .handing_out import Made, hand_out, make

__all__ = ["FORMATS", "Asked", "Made", "NotForThisFormat", "NothingPosted", "hand_out", "make"]
