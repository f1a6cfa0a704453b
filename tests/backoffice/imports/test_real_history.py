"""A month of a real shop goes through the chain, and programs that know nothing of us confirm the books.

The data are no part of the project: where they lie beside it, these tests run.
"""

from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from oscar.core.loading import get_model

from erp.backoffice.models import ImportedDocument
from erp.invoicing.models import CreditNote, Invoice
from tests.backoffice.imports.history import line_of
from tests.books import is_sound
from tests.other_programs import agree_with_the_books

Order = get_model("order", "Order")

NAME = "shared/data/online_retail_2010-12.csv.gz"
BESIDE = [Path(folder, NAME) for folder in Path(settings.BASE_DIR).parents]
FILE = next((file for file in BESIDE if file.exists()), None)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(FILE is None, reason=f"{NAME} does not lie beside the project"),
]


def figures(out, label):
    """Return documents, rows, sales and credits of a line of the table."""
    return [Decimal(figure.replace(",", "")) for figure in line_of(out, label)]


def test_the_first_documents_of_the_month(bring_in, tmp_path):
    out, report = bring_in.file(FILE, "--limit", "60")
    assert "the sums agree" in out
    assert figures(out, "taken")[0] == ImportedDocument.objects.count() == 60
    assert {row["reason"] for row in report} == {"price 0: nothing was sold"}
    assert is_sound()
    assert agree_with_the_books(tmp_path)


@pytest.mark.large
@pytest.mark.timeout(3600)
def test_the_whole_month(bring_in, tmp_path):
    out, report = bring_in.file(FILE)
    whole, taken, left_out = (figures(out, label) for label in ("in the file", "taken", "left out"))
    assert whole == [2025, 42481, Decimal("823746.14"), Decimal("-74789.12")]
    assert [a + b for a, b in zip(taken, left_out, strict=True)] == whole
    assert len(report) == left_out[1]
    sold = sum(Order.objects.values_list("total_excl_tax", flat=True))
    billed = sum(Invoice.objects.values_list("net", flat=True))
    credited = sum(CreditNote.objects.values_list("net", flat=True))
    assert (sold, billed, -credited) == (taken[2], taken[2], taken[3])
    assert is_sound()
    assert agree_with_the_books(tmp_path)
