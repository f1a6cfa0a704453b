"""How long reports and files take of large books: on PostgreSQL 5 million lines, on SQLite one million.

    .venv/bin/python benchmarks/books.py [--lines N] [--sqlite]

The books are generated in a database of their own, which is dropped afterwards. Each figure is the median of
seven. `gl.csv` runs beside PostgreSQL's bare COPY of the same columns. The last line is JSON.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from statistics import median

import generated
from database import on_postgresql, on_sqlite

DAYS = {
    "first day": generated.FIRST,
    "middle of a month": date(2025, 6, 15),
    "end of a month": date(2025, 6, 30),
    "middle of the last month": date(2026, 12, 15),
    "last day": generated.LAST,
}
PAGE = 200
COPY = "COPY (SELECT * FROM bench_ledger) TO STDOUT (FORMAT csv)"
BARE = """
    CREATE VIEW bench_ledger AS
    SELECT e.journal, e.number, l.date, a.code, a.name, p.key, p.name AS party, e.document_no, e.memo,
        l.debit, l.credit, t.code AS tax_code, e.source_key, e.hash, l.line_no
    FROM accounting_journalline l JOIN accounting_journalentry e ON e.id = l.entry_id
    JOIN accounting_account a ON a.id = l.account_id
    LEFT JOIN accounting_party p ON p.id = l.party_id
    LEFT JOIN accounting_taxcode t ON t.id = l.tax_code_id
    ORDER BY l.date, l.entry_id, l.line_no
"""


def main() -> None:
    options = _options()
    figures: dict[str, float] = {}
    with _database(options.sqlite):
        _measured("generating", lambda: generated.generate(options.lines), figures, times=1)
        _balances("nothing reckoned up", figures)
        _measured("reckoning up", _reckon, figures, times=1)
        _balances("reckoned up", figures)
        _pages("reckoned up", figures)
        _measured("locking 35 months", generated.lock_all, figures, times=1)
        _balances("months locked", figures)
        _pages("months locked", figures)
        _files(options.sqlite, figures)
    print(json.dumps({"lines": options.lines} | figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int)
    parser.add_argument("--sqlite", action="store_true")
    options = parser.parse_args()
    options.lines = options.lines or (1_000_000 if options.sqlite else 5_000_000)
    return options


def _database(sqlite: bool) -> AbstractContextManager[None]:
    if not sqlite:
        return on_postgresql("shop_bench_books")
    return on_sqlite(Path(tempfile.mkdtemp()) / "books.sqlite3")


def _measured(what: str, action: Callable[[], object], figures: dict[str, float], times: int = 7) -> None:
    """Tell the median milliseconds of an action."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        took.append(1000 * (time.perf_counter() - began))
    figures[what] = round(median(took), 1)
    print(f"{figures[what]:12.1f} ms  {what}", flush=True)


def _reckon() -> None:
    from accounting import reckoned

    reckoned.reckon(on=generated.LAST)


def _balances(state: str, figures: dict[str, float]) -> None:
    from accounting.reports import trial_balance

    for name, day in DAYS.items():
        _measured(f"trial balance, {name}, {state}", lambda day=day: trial_balance(end=day), figures)


def _pages(state: str, figures: dict[str, float]) -> None:
    """Read 200 lines with their balances of the busiest account: first, middle, last."""
    from django.db.models import Count

    from accounting.lines import AccountLines
    from accounting.models import Account

    busiest = Account.objects.annotate(count=Count("lines")).order_by("-count")[0]
    for span, start in {"month": date(2025, 6, 1), "year": date(2025, 1, 1), "ever": generated.FIRST}.items():
        end = date(2025, 6, 30) if span == "month" else generated.LAST
        asked = busiest, start, end
        count = AccountLines(*asked).count()
        for name, first in {"first": 0, "middle": count // 2, "last": max(count - PAGE, 0)}.items():
            what = f"{name} page of an account's {span} of {count} lines, {state}"
            _measured(what, lambda asked=asked, first=first: _page(asked, first), figures)


def _page(asked: tuple, first: int) -> None:
    """Read all that a page shows, as if nothing had been read yet."""
    from accounting.lines import AccountLines

    lines = AccountLines(*asked)
    assert first < lines.count()
    lines.opening()
    assert lines.part(first, first + PAGE)


def _files(sqlite: bool, figures: dict[str, float]) -> None:
    from accounting.exports import gl

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open("/dev/null", "w") as nowhere:
        _measured("gl.csv", lambda: gl.write(nowhere), figures, times=1)
    figures["MB more for gl.csv"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    if not sqlite:
        _execute(BARE)
        _measured("COPY of the same columns", _copy, figures, times=1)
        figures["gl.csv, share of COPY"] = round(figures["COPY of the same columns"] / figures["gl.csv"], 2)


def _execute(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _copy() -> None:
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for _ in copy:
            pass


if __name__ == "__main__":
    main()
