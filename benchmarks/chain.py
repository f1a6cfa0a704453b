"""What an order costs: the chain beside the least that the same rows can cost, on the same PostgreSQL.

    .venv/bin/python benchmarks/chain.py [--rounds N] [--orders N]

Rounds of the chain and of the limit follow each other, so that a busy machine slows both alike. CPU is
that of this process and of its database backend together, in milliseconds an order. Databases
`shop_bench` and `limitdb` are made anew. The last line is JSON.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from statistics import median

from database import ROOT, SERVER, make_anew, start_django


def main() -> None:
    options = _options()
    address = make_anew("shop_bench")
    _make_limit(options.limit)
    start_django(address)
    chain, limit = [], []
    counts = _statements()
    for round_no in range(1, options.rounds + 1):
        chain.append(_chain_cpu(round_no, options.orders))
        limit.append(_limit_cpu(options.limit))
        print(f"round {round_no}: chain {chain[-1]:.2f} ms, limit {limit[-1]:.2f} ms", flush=True)
    ours, least = median(chain), median(limit)
    counts = {key: counts[key] for key in ("statements_3", "statements_20", "ship", "settle")}
    figures = {"cpu_ms": round(ours, 2), "limit_cpu_ms": round(least, 2), "ratio": round(ours / least, 1)}
    print(json.dumps(counts | figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--orders", type=int, default=100, help="orders a round")
    parser.add_argument("--limit", type=Path, default=ROOT.parent / "shared" / "bench", help="its folder")
    return parser.parse_args()


def _make_limit(bench: Path) -> None:
    """Make the limit's database anew, and the role that it connects as."""
    import psycopg

    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = 'bench'").fetchone():
            server.execute("CREATE ROLE bench LOGIN SUPERUSER")
    subprocess.run([sys.executable, "limit_pg.py", "none", "reset=1"], cwd=bench, check=True)


def _statements() -> dict[str, int]:
    """Count the statements of the verbs for 3 and for 20 lines, the beginning and the commit included."""
    from erp import order_to_cash
    from tests.factories import MONDAY

    _whole_life(_sale("warm", 1))
    counts = {}
    for lines in (3, 20):
        sale = _sale(f"count-{lines}", lines)
        order, counts[f"statements_{lines}"] = _counted(
            lambda sale=sale: order_to_cash.place(sale, on=MONDAY)
        )
        payment = order.payments.get()
        _, counts["settle"] = _counted(lambda payment=payment: _settle(payment))
        note = order.delivery_notes.get()
        _, counts["ship"] = _counted(lambda note=note: order_to_cash.ship(note, on=MONDAY))
    return counts


def _counted(verb):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        result = verb()
    return result, len(queries)


def _chain_cpu(round_no: int, orders: int) -> float:
    """Return the CPU milliseconds of one order with three lines."""
    from django.db import connection

    from erp import order_to_cash
    from tests.factories import MONDAY

    sales = [_sale(f"{round_no}-{number}", 3) for number in range(orders)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    before = time.process_time() + _cpu_of(backend)
    for sale in sales:
        order_to_cash.place(sale, on=MONDAY)
    return 1000 * (time.process_time() + _cpu_of(backend) - before) / orders


def _limit_cpu(bench: Path) -> float:
    """Return the CPU milliseconds in which one call writes the rows of a whole order."""
    run = [sys.executable, "limit_pg.py", "plpgsql", "secs=2"]
    said = subprocess.run(run, cwd=bench, check=True, capture_output=True, text=True).stdout
    figures = json.loads(said.splitlines()[-1])
    return figures["py_cpu_ms_per_order"] + figures["pg_cpu_ms_per_order"]


def _cpu_of(pid: int) -> float:
    """Return the CPU seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _sale(key: str, lines: int):
    from tests.factories import sale, sale_line

    return sale(*[sale_line(product) for product in _products()[:lines]], key=key, charge="5.95")


@cache
def _products() -> list:
    from tests.factories import ProductFactory

    return [ProductFactory(stock=(100_000, "4.00")) for _ in range(20)]


def _settle(payment):
    from erp import order_to_cash
    from tests.factories import MONDAY

    return order_to_cash.settle(
        payment, amount=payment.amount, reference=f"{payment.reference}:in", on=MONDAY
    )


def _whole_life(sale) -> None:
    from erp import order_to_cash
    from tests.factories import MONDAY

    order = order_to_cash.place(sale, on=MONDAY)
    _settle(order.payments.get())
    order_to_cash.ship(order.delivery_notes.get(), on=MONDAY)


if __name__ == "__main__":
    main()
