"""How long each check of `verify_books` takes of a company with many orders, on PostgreSQL.

    .venv/bin/python benchmarks/checks.py [--orders N] [--alike N]

The demo's story happens through the chain, each of its orders a few times over; the rows that it leaves are
then written again with keys of their own until there are as many orders (see cloning.py). Papers are not
drawn, so there are no stored files to read. Whatever a check finds wrong is told, and ends this with an
error. The last line is JSON.
"""

import argparse
import json
import os
import time
from datetime import timedelta

from database import on_postgresql

SLOWEST = 10


def main() -> None:
    options = _options()
    os.environ["SANDBOX_CARD"] = "1"
    with on_postgresql("shop_bench_checks"):
        began = time.perf_counter()
        _live_through_the_story(options.alike)
        orders = _many(options.orders)
        print(f"{time.perf_counter() - began:8.1f} s  to make {orders} orders", flush=True)
        print(json.dumps({"orders": orders} | _checked()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--alike", type=int, default=8, help="how often each order of the story happens")
    return parser.parse_args()


def _live_through_the_story(alike: int) -> None:
    from django.utils import timezone

    from erp.backoffice.demo import gallery, loader, orders, stock

    orders.STORY["orders"] = [
        wish | {"name": f"{wish['name']}-{number}" if number else wish["name"]}
        for wish in orders.STORY["orders"]
        for number in range(alike)
    ]
    for load in loader.PARTS:
        if load != gallery.load:
            load(lambda _: None, today=timezone.localdate())
        if load == stock.load:
            _stock_up(alike)


def _stock_up(alike: int) -> None:
    """Have enough on the shelves for orders that happen more than once."""
    from django.utils import timezone

    from erp import stocktaking
    from erp.backoffice.demo import stock
    from erp.inventory.models import StockValue

    there = StockValue.objects.filter(quantity__gt=0)
    lines = [(row.product, row.quantity * alike, row.value * alike) for row in there]
    opened = timezone.localdate() - timedelta(days=stock.FIRST_DAY)
    stocktaking.receive_opening(lines, on=opened, key="demo:more")


def _many(wanted: int) -> int:
    import cloning
    from oscar.core.loading import get_model

    orders = get_model("order", "Order").objects
    cloning.clone(-(-wanted // orders.count()))
    return orders.count()


def _checked() -> dict[str, float]:
    """Run each check, and tell the slowest; end with an error where anything is found."""
    from erp.closing.checks import checks

    took, found = {}, []
    for check in checks():
        began = time.perf_counter()
        found += check()
        took[check.__name__] = round(time.perf_counter() - began, 2)
    for name in sorted(took, key=lambda name: -took[name])[:SLOWEST]:
        print(f"{took[name]:8.2f} s  {name}")
    if found:
        raise SystemExit("\n".join([f"{len(found)} findings, such as:", *map(str, found[:20])]))
    return {"seconds": round(sum(took.values()), 1), "load": os.getloadavg()[0]} | took


if __name__ == "__main__":
    main()
