"""Makes much business out of some: a small company's rows, written again and again with keys of their own.

Each copy, called a block, stands beside the others: its keys are those of the first moved by a stride, its
texts name its own keys and numbers. What counts without gaps takes turns: the first paper of each block, then
the second of each; so dates still ascend with numbers. Hashes are computed anew by what the product says of
them. PostgreSQL only: its COPY reads and writes the rows as text, and triggers rest meanwhile.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter

STRIDE = 100_000
APPS = {
    "accounting",
    "banking",
    "catalogue",
    "delivery",
    "documents",
    "inventory",
    "invoicing",
    "order",
    "partner",
    "purchasing",
    "sales",
    "voucher",
}
# What a company has once, however many orders it gets.
ONCE = {
    "account",
    "carrier",
    "category",
    "company",
    "csvmapping",
    "customerterms",
    "dayturnover",
    "fiscalyear",
    "journalsequence",
    "monthturnover",
    "numberseries",
    "partner",
    "period",
    "productattribute",
    "productclass",
    "taxclass",
    "taxcode",
    "taxrule",
    "voucher",
    "voucher_offers",
    "voucherset",
    "warehouse",
}
# Texts that must be another in each block, but name nothing.
MARKED = {"upc", "partner_sku", "code", "reference"}
FINGERPRINTS = {"fingerprint", "sha256"}
TOKENS = re.compile(
    r"(?P<series>\b(?:INV|CN)-\d{4}-)(?P<number>\d{6})"
    r"|(?P<purchase>\bPO-\d{4}-)(?P<key>\d{6})"
    r"|(?P<run>\bPAY-\d{8}-[0-9A-F]{8})(?:-(?P<supplier>\d+))?"
    r"|(?P<name>\b\d\d-[2-9A-Z]{8}(?![0-9A-Z])|\bdemo:[a-z0-9-]+|\bguest:demo-[a-z]+|\bsupplier:[a-z]+)"
    r"|(?<=[a-z0-9]):(?P<row>\d+)"
)


class Blocks:
    """How one row of the first block is written in all of them: a text with places for its own numbers."""

    def __init__(self, count: int):
        self.count = count

    def rows(self, line: str, parts: list["Part"]) -> Iterator[str]:
        """Yield a row as each block has it, as COPY reads it."""
        pieces = [part(value) for part, value in zip(parts, line.removesuffix("\n").split("\t"), strict=True)]
        form = "\t".join(text for text, _ in pieces) + "\n"
        numbers = [number for _, some in pieces for number in some]
        for block in range(self.count):
            yield form % tuple(start + step * block for start, step in numbers)

    def key(self, value: str) -> "Piece":
        return ("%d", [(int(value), STRIDE)]) if value != r"\N" else (r"\N", [])

    def number(self, value: str) -> "Piece":
        return ("%d", [self.turn(value)]) if value != r"\N" else (r"\N", [])

    def turn(self, number: str) -> tuple[int, int]:
        """Return where a number begins that is counted by turns, and its step."""
        return (int(number) - 1) * self.count + 1, 1

    def marked(self, value: str) -> "Piece":
        text, numbers = self.text(value)
        return (text, numbers) if numbers or value in ("", r"\N") else (f"{text}x%d", [(0, 1)])

    def fingerprint(self, value: str) -> "Piece":
        return f"{value[:-8]}%08d", [(0, 1)]

    def text(self, value: str) -> "Piece":
        """Return a text with places for what it names: of one with spaces, keys of rows are left alone."""
        form, numbers, end = "", [], 0
        for found in TOKENS.finditer(value):
            if found["row"] and " " in value:
                continue
            more, its_numbers = self._named(found)
            form += value[end : found.start()].replace("%", "%%") + more
            numbers += its_numbers
            end = found.end()
        return form + value[end:].replace("%", "%%"), numbers

    def _named(self, found: re.Match) -> "Piece":
        if found["series"]:
            return f"{found['series']}%06d", [self.turn(found["number"])]
        if found["purchase"]:
            return f"{found['purchase']}%06d", [(int(found["key"]), STRIDE)]
        if found["row"]:
            return ":%d", [(int(found["row"]), STRIDE)]
        if found["supplier"]:
            return f"{found['run']}x%d-%d", [(0, 1), (int(found["supplier"]), STRIDE)]
        return f"{found['run'] or found['name']}x%d", [(0, 1)]


Piece = tuple[str, list[tuple[int, int]]]
Part = Callable[[str], Piece]


def clone(count: int) -> None:
    """Write what there is as many times, instead of once."""
    from django.db import connection, transaction

    blocks = Blocks(count)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        models = [model for model in _models() if model.objects.exists()]
        kept = {model: list(_read(cursor, model)) for model in models}
        cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in models)} CASCADE")
        for model in models:
            parts = [_part(field, blocks, models) for field in _columns(model)]
            _write(cursor, model, (row for line in kept.pop(model) for row in blocks.rows(line, parts)))
        _count_on(cursor, count)
        _link(cursor)
    _settle(models)


def _models() -> Iterator:
    from django.apps import apps

    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.app_label in APPS and meta.managed and not meta.proxy and meta.model_name not in ONCE:
            yield model


def _columns(model) -> list:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _part(field, blocks: Blocks, models: list) -> Part:
    """Return how values of a column are written."""
    if field.is_relation:
        return blocks.key if field.remote_field.model in models else _as_it_is
    if field.primary_key:
        return blocks.key
    if field.name == "number" and field.model._meta.model_name == "journalentry":
        return blocks.number
    if field.get_internal_type() not in {"CharField", "TextField", "SlugField", "JSONField"}:
        return _as_it_is
    if field.name in FINGERPRINTS:
        return blocks.fingerprint
    return blocks.marked if field.name in MARKED else blocks.text


def _as_it_is(value: str) -> Piece:
    return value.replace("%", "%%"), []


def _names(model) -> str:
    return ", ".join(f'"{field.column}"' for field in _columns(model))


def _read(cursor, model) -> Iterator[str]:
    table = model._meta.db_table
    with cursor.copy(f"COPY (SELECT {_names(model)} FROM {table} ORDER BY 1) TO STDOUT") as copy:
        text = b"".join(bytes(data) for data in copy).decode()
    yield from text.splitlines(keepends=True)


def _write(cursor, model, rows: Iterable[str]) -> None:
    with cursor.copy(f"COPY {model._meta.db_table} ({_names(model)}) FROM STDIN") as copy:
        for row in rows:
            copy.write(row)


def _count_on(cursor, count: int) -> None:
    for table in ("accounting_numberseries", "accounting_journalsequence"):
        cursor.execute(f"UPDATE {table} SET last_no = last_no * %s", [count])
    cursor.execute("TRUNCATE accounting_dayturnover, accounting_monthturnover")


def _link(cursor) -> None:
    """Compute the chains of entries, papers and moves anew."""
    _link_entries(cursor)
    _link_papers(cursor)
    _link_moves(cursor)


def _link_entries(cursor) -> None:
    from accounting import audit
    from accounting.models import JournalSequence

    hashes = []
    for sequence in JournalSequence.objects.select_related("fiscal_year"):
        previous, place = "", (sequence.journal, sequence.fiscal_year_id)
        for head, facts in audit._entries_in_order():
            if head[:2] == place:
                previous = audit._hash(previous, head, facts, sequence.fiscal_year.end.year)
                hashes.append((head[7], previous))
        _ends(cursor, "accounting_journalsequence", sequence.pk, previous)
    _set_hashes(cursor, "accounting_journalentry", "source_key", hashes)


def _link_papers(cursor) -> None:
    from accounting.models import NumberSeries
    from accounting.sealing import linked
    from erp.invoicing import audit_chain

    for series, name, model, line in audit_chain.PAPERS:
        last: dict[int, str] = defaultdict(str)
        hashes = []
        for number, _, _, seal in audit_chain._sealed(name, model, line):
            year, place = audit_chain._place(series, number)
            last[year] = linked(last[year], place, seal)
            hashes.append((number, last[year]))
        _set_hashes(cursor, model._meta.db_table, "number", hashes)
        for counter in NumberSeries.objects.filter(series=series):
            _ends(cursor, "accounting_numberseries", counter.pk, last[counter.year])


def _link_moves(cursor) -> None:
    from accounting.sealing import linked, sealed
    from erp.inventory.models import StockMove
    from erp.inventory.sealing import WORDING

    hashes, ends = [], []
    rows = StockMove.objects.order_by("product", "id").values_list("product", "id", *WORDING.columns)
    for product, moves in groupby(rows.iterator(chunk_size=5000), key=itemgetter(0)):
        previous = ""
        for _, key, *said in moves:
            previous = linked(previous, sealed(WORDING.of_values(said)))
            hashes.append((key, previous))
        ends.append((product, previous))
    _set_hashes(cursor, "inventory_stockmove", "id", hashes)
    _set_hashes(cursor, "inventory_stockvalue", "product_id", ends, column="last_hash")


def _ends(cursor, table: str, key: int, digest: str) -> None:
    cursor.execute(f"UPDATE {table} SET last_hash = %s WHERE id = %s", [digest, key])


def _set_hashes(cursor, table: str, by: str, hashes: list, column: str = "hash") -> None:
    cursor.execute("CREATE TEMPORARY TABLE linked (key text PRIMARY KEY, hash text) ON COMMIT DROP")
    with cursor.copy("COPY linked FROM STDIN") as copy:
        for row in hashes:
            copy.write_row(row)
    cursor.execute(f"UPDATE {table} SET {column} = linked.hash FROM linked WHERE linked.key = {by}::text")
    cursor.execute("DROP TABLE linked")


def _settle(models: list) -> None:
    """Leave the database as one that has grown: keys go on after the last, statistics are taken."""
    from django.core.management.color import no_style
    from django.db import connection
    from django.utils import timezone

    from accounting import reckoned

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")
    reckoned.reckon(on=timezone.localdate())
