"""Count sheets: a stocktake's lines as CSV and on paper, and the counts that come back as CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from accounting.refusal import Refusal
from erp.documents.logo import logo_uri
from erp.documents.services import company, letterhead
from erp.inventory.models import StockLevel, Stocktake, StocktakeLine
from erp.invoicing.pdf import render

from .exporting import harmless
from .floor_forms import skus_of

LARGEST = 5_000_000
DELIMITERS = ";,\t|"
MOST_SLIPS = 10


class UnreadableSheet(Refusal):
    """A file that is no count sheet of this stocktake: the sentence names rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line as a sheet shows it."""

    line: StocktakeLine
    sku: str
    title: str
    bin: str

    @property
    def label(self) -> str:
        return " · ".join(part for part in (self.bin, self.sku, self.title) if part)


def rows(stocktake: Stocktake, lines: Any = None) -> list[Row]:
    """Return lines of a stocktake, all unless some are given, in the order of bins as they are walked by."""
    found = stocktake.lines.all() if lines is None else lines  # type: ignore[attr-defined]
    found = list(found.select_related("product__parent", "stocktake"))
    products = [line.product_id for line in found]
    skus = skus_of(products)
    levels = StockLevel.objects.filter(warehouse=stocktake.warehouse_id, product__in=products)
    bins = dict(levels.values_list("product", "bin"))
    shown = [
        Row(line, skus.get(line.product_id, ""), line.product.get_title(), bins.get(line.product_id, ""))
        for line in found
    ]
    return sorted(shown, key=lambda row: (row.bin == "", row.bin, row.title, row.line.pk))


def written(stocktake: Stocktake) -> str:
    """Return the sheet as CSV. A blind one does not say what is expected."""
    text = io.StringIO()
    writer = csv.writer(text)
    expected = [] if stocktake.is_blind else ["expected"]
    writer.writerow(["sku", "product", "bin", *expected, "counted"])
    for row in rows(stocktake):
        known = [] if stocktake.is_blind else [row.line.expected]
        counted = "" if row.line.counted is None else row.line.counted
        writer.writerow([harmless(row.sku), harmless(row.title), harmless(row.bin), *known, counted])
    return text.getvalue()


def drawn(stocktake: Stocktake) -> bytes:
    """Return the sheet as PDF, to be filled in by hand. Raises PdfUnavailable."""
    return render("documents/count_sheet.html", facts(stocktake))


def facts(stocktake: Stocktake) -> dict[str, Any]:
    """Return what the sheet on paper shows."""
    return {
        "stocktake": stocktake,
        "rows": rows(stocktake),
        "seller": letterhead(company()),
        "logo": logo_uri(),
    }


def read(stocktake: Stocktake, content: bytes) -> dict[int, int]:
    """Return what a sheet says was counted, by line; empty cells are not counted. Raises UnreadableSheet."""
    if len(content) > LARGEST:
        raise UnreadableSheet("The file is larger than 5 MB.")
    known = {row.sku: row.line.pk for row in rows(stocktake) if row.sku}
    counted: dict[int, int] = {}
    slips: list[str] = []
    for number, sku, said in _cells(_text(content)):
        if slip := _slip(sku, said, known, counted):
            slips.append(f"row {number}: {slip}")
        elif said:
            counted[known[sku]] = int(said)
    _require_good(slips, counted)
    return counted


def _require_good(slips: list[str], counted: dict[int, int]) -> None:
    if slips:
        more = f", and {len(slips) - MOST_SLIPS} more" if len(slips) > MOST_SLIPS else ""
        raise UnreadableSheet(f"Nothing is taken from this file: {'; '.join(slips[:MOST_SLIPS])}{more}.")
    if not counted:
        raise UnreadableSheet("Nothing is counted in this file.")


def _slip(sku: str, said: str, known: dict[str, int], counted: dict[int, int]) -> str:
    """Return what is wrong with a row, or nothing."""
    if sku not in known:
        return f"'{sku[:40]}' is not on this stocktake"
    if said and not (said.isascii() and said.isdecimal() and len(said) <= 8):
        return f"'{said[:40]}' is no number of pieces"
    return f"'{sku[:40]}' stands there twice" if said and known[sku] in counted else ""


def _text(content: bytes) -> str:
    if b"\0" in content and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableSheet("This is no text file.")
    for encoding in ("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableSheet("This is no text file.")


def _cells(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield number, SKU and count of each row that has any."""
    head = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if "sku" not in names or "counted" not in names:
            raise UnreadableSheet("The first row must name the columns: sku and counted are needed.")
        places = names.index("sku"), names.index("counted")
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, _cell(cells, places[0]), _cell(cells, places[1])
    except csv.Error as error:
        raise UnreadableSheet(f"Row {reader.line_num} cannot be read: {error}.") from None


def _cell(cells: Sequence[str], place: int) -> str:
    """Return a cell without the quote that keeps a spreadsheet from reckoning."""
    said = cells[place].strip() if place < len(cells) else ""
    return said[1:] if harmless(said[1:]) == said else said
