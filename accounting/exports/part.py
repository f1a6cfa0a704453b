"""Files as parts: one is written as it is, several go into a zip. The same parts give the same bytes."""

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import IO
from zipfile import ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)  # A zip knows no earlier day; none at all would be better.


@dataclass(frozen=True, slots=True)
class Part:
    """A file to be written: `write` says how many rows it wrote. What the encoding lacks becomes ?."""

    name: str
    write: Callable[[IO[str]], int]
    encoding: str = "utf-8"


def write_all(parts: Iterable[Part], zip_name: str, file: IO[bytes]) -> tuple[str, int]:
    """Write parts to a file; return what it should be called and how many rows are in it."""
    found = iter(parts)
    first, second = next(found), next(found, None)
    if second is None:
        return first.name, _write(first, file)
    rows = 0
    with ZipFile(file, "w") as archive:
        for part in chain((first, second), found):
            with member(archive, part.name) as target:
                rows += _write(part, target)
    return zip_name, rows


@contextmanager
def member(archive: ZipFile, name: str) -> Iterator[IO[bytes]]:
    """Open a file in a zip. It is neither packed nor dated: both could differ from one time to the next."""
    info = ZipInfo(name, EPOCH)
    info.create_system = 3
    info.external_attr = 0o644 << 16
    with archive.open(info, "w", force_zip64=True) as target:
        yield target


def _write(part: Part, file: IO[bytes]) -> int:
    text = io.TextIOWrapper(file, encoding=part.encoding, errors="replace", newline="")
    rows = part.write(text)
    text.flush()
    text.detach()
    return rows
