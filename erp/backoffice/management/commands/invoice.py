"""`manage.py invoice`: writes the files of an invoice or credit note, drawing them first if need be."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounting.refusal import Refusal
from erp.documents.models import DocumentFile
from erp.invoicing.einvoice import paper_xml
from erp.invoicing.keys import source_key
from erp.invoicing.models import CreditNote, Invoice, Paper
from erp.invoicing.pdf import document_pdf

WRITERS = {
    "pdf": document_pdf,
    "xml": lambda paper: paper_xml(paper, "xml"),
    "ubl": lambda paper: paper_xml(paper, "ubl"),
}
LATEST = "latest"


class Command(BaseCommand):
    help = "Writes an invoice or credit note as PDF, Factur-X or UBL. Without a file: says what it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help=f"such as INV-2026-000042 or CN-2026-000007, or '{LATEST}'")
        parser.add_argument("--pdf", type=Path, metavar="FILE", help="PDF/A-3 with the Factur-X inside")
        parser.add_argument("--xml", type=Path, metavar="FILE", help="Factur-X, profile EN 16931")
        parser.add_argument("--ubl", type=Path, metavar="FILE", help="UBL 2.1")

    def handle(self, *, number: str, **options: Any) -> None:
        paper = _latest() if number == LATEST else _named(number)
        wanted = {kind: options[kind] for kind in WRITERS if options[kind]}
        for kind, path in wanted.items():
            self.stdout.write(_write(paper, kind, path))
        if not wanted:
            self.stdout.write("\n".join(_told(paper)))


def _named(number: str) -> Paper:
    for model in (Invoice, CreditNote):
        if paper := model.objects.filter(number=number).first():
            return paper
    raise CommandError(f"There is no invoice or credit note {number}.")


def _latest() -> Paper:
    """Return the paper of the latest day; of an invoice and a credit note of one day the credit note."""
    found = [
        paper
        for model in (Invoice, CreditNote)
        for paper in model.objects.exclude(number=None).order_by("-issued_on", "-pk")[:1]
    ]
    if not found:
        raise CommandError("There is no invoice and no credit note yet.")
    return max(found, key=lambda paper: (paper.issued_on, isinstance(paper, CreditNote)))


def _write(paper: Paper, kind: str, path: Path) -> str:
    try:
        content = WRITERS[kind](paper)
        path.write_bytes(content)
    except Refusal as refusal:
        raise CommandError(str(refusal)) from None
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from None
    return f"{path}: {paper} as {kind.upper()}, {len(content):,} bytes."


def _told(paper: Paper) -> list[str]:
    kind = "Credit note" if isinstance(paper, CreditNote) else "Invoice"
    buyer = paper.buyer.get("company") or paper.buyer.get("name")
    order = f", order {paper.order_number}" if paper.order_number else ""
    told = [f"{kind} {paper} of {paper.issued_on} to {buyer}{order}: {paper.gross} {paper.currency}."]
    files = DocumentFile.objects.filter(source_key=source_key(paper)).defer("content").order_by("kind")
    told += [f"{file.name}: {file.get_kind_display()}, sha256 {file.sha256}." for file in files]
    return told if len(told) > 1 else [*told, "It has no files yet: --pdf, --xml or --ubl makes them."]
