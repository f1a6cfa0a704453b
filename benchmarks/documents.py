"""What papers cost: a PDF/A with its Factur-X by the page, and a hundred of them in one file.

    .venv/bin/python benchmarks/documents.py [--rounds N]

CPU is that of this process in milliseconds, the median of the rounds, after a first paper that warms it
up. The batch is timed by the clock, from papers without files to one file to print. The database is one
in memory. The last line is JSON.
"""

import argparse
import json
import os
import sys
import time
from io import BytesIO
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
BATCH = 100


def main() -> None:
    options = _options()
    _start_django()
    _draw(_invoice("warm", 3))
    figures = {}
    for lines in (3, 25, 100):
        rounds = [_draw(_invoice(f"{lines}-{number}", lines)) for number in range(options.rounds)]
        pages = rounds[0][1]
        cpu = median(cpu for cpu, _ in rounds)
        figures[f"cpu_ms_a_page_{lines}_lines"] = round(cpu / pages, 1)
        print(f"{lines} lines: {cpu:.0f} ms for {pages} page(s)", flush=True)
    figures["batch_seconds"] = round(_batch(), 1)
    print(json.dumps(figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


class _NoMigrations(dict):
    """Tables are made from the models at once: the steps that led to them are not what is measured."""

    def __contains__(self, app: object) -> bool:
        return True

    def __missing__(self, app: str) -> None:
        return None


def _start_django() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ |= {"DATABASE_URL": "sqlite://:memory:", "DEBUG": "0"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "erp.settings"
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.MIGRATION_MODULES = _NoMigrations()
    call_command("migrate", run_syncdb=True, verbosity=0)
    _name_the_company()


def _name_the_company() -> None:
    from erp.documents.models import Company

    Company.objects.update(
        vat_id="DE136695976", iban="DE89370400440532013000", bic="COBADEFFXXX", bank_name="A bank"
    )


def _invoice(key: str, lines: int):
    """Place an order and return its invoice, of which there is no file yet."""
    from erp import order_to_cash
    from tests.factories import MONDAY, ProductFactory, sale, sale_line

    products = [
        ProductFactory(title=f"A thing with a name, number {n}", stock=(9, "4.00")) for n in range(lines)
    ]
    wish = sale(*[sale_line(product, 2) for product in products], key=key, charge="5.95")
    return order_to_cash.place(wish, on=MONDAY).invoices.get()


def _draw(invoice) -> tuple[float, int]:
    """Return the CPU milliseconds of one paper, and its pages."""
    from pypdf import PdfReader

    from erp.invoicing.pdf import document_pdf

    before = time.process_time()
    content = document_pdf(invoice)
    return 1000 * (time.process_time() - before), len(PdfReader(BytesIO(content)).pages)


def _batch() -> float:
    """Return the seconds in which a hundred papers are drawn and joined."""
    from pypdf import PdfReader

    from erp.invoicing.printing import in_one_file

    invoices = [_invoice(f"batch-{number}", 3) for number in range(BATCH)]
    began = time.monotonic()
    content = in_one_file(invoices)
    took = time.monotonic() - began
    assert len(PdfReader(BytesIO(content)).pages) >= BATCH
    return took


if __name__ == "__main__":
    main()
