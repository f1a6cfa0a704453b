"""All documents of some days in one zip: papers as they are kept, bills as they came, and a list of them.

The bytes are those that are stored: what was never drawn is drawn first, and kept from then on. Nothing is
held in memory but the document that is being written.
"""

import hashlib
import io
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from tempfile import TemporaryFile
from typing import Any
from zipfile import ZipFile

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounting.exports import Asked, Made
from accounting.exports.cells import decimal, rows, text
from accounting.exports.handing_out import record, sealed
from accounting.exports.part import member
from accounting.models import JournalEntry
from accounting.reading import of_one_moment
from accounting.refusal import Refusal
from erp.closing.models import Certificate
from erp.documents.models import DocumentFile
from erp.invoicing.keys import source_key
from erp.invoicing.models import CreditNote, Invoice
from erp.invoicing.pdf import document_pdf
from erp.purchasing.models import SupplierBill

AT_ONCE = 20
AMOUNTS = ("net", "tax", "gross")
FILES = ("file", "xml")
COLUMNS = ("kind", "number", "date", "party", *AMOUNTS, "entry_no", "file", "sha256", "xml", "xml_sha256")
PAPERS: tuple[Any, ...] = (Invoice, CreditNote)


class IssuedMeanwhile(Refusal):
    """A paper came in between: it has no files yet."""


@dataclass(frozen=True, slots=True)
class Document:
    """What the list says of a document, and its files by column: folder, name and bytes."""

    kind: str
    number: str
    on: date
    party: str
    key: str
    amounts: Any = None
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)


def hand_out(asked: Asked, *, by: Any) -> Made:
    """Make the zip and write it down. Raises PdfUnavailable, IssuedMeanwhile."""
    _draw_what_is_missing(asked)
    with ExitStack() as on_failure:
        file = on_failure.enter_context(TemporaryFile())
        with of_one_moment(), ZipFile(file, "w") as archive:
            count = _write(archive, asked)
        made = sealed(file, _name(asked), count)
        record(made, "documents", asked, by=by)
        on_failure.pop_all()
    return made


def _draw_what_is_missing(asked: Asked) -> None:
    for model in PAPERS:
        key = Concat(Value(source_key(model(pk=0))[:-1]), Cast(OuterRef("pk"), CharField()))
        drawn = DocumentFile.objects.filter(kind="pdf", source_key=key)
        for paper in _dated(model.objects.exclude(Exists(drawn)), "issued_on", asked).exclude(number=None):
            document_pdf(paper)


def _write(archive: ZipFile, asked: Asked) -> int:
    """Write every document, then the list of them; return how many."""
    count = 0
    with TemporaryFile() as file:
        index = io.TextIOWrapper(file, encoding="utf-8-sig" if asked.bom else "utf-8", newline="")
        out = rows(index, comma=asked.comma)
        out.writerow(COLUMNS)
        for document in _documents(asked):
            out.writerow(_cells(document, comma=asked.comma))
            for name, content in document.files.values():
                with member(archive, name) as target:
                    target.write(content)
            count += 1
        index.flush()
        file.seek(0)
        with member(archive, "index.csv") as target:
            shutil.copyfileobj(file, target)
        index.detach()
    return count


def _documents(asked: Asked) -> Iterator[Document]:
    for model in PAPERS:
        for paper in _dated(model.objects.exclude(number=None), "issued_on", asked).iterator(AT_ONCE):
            yield _paper(paper)
    bills = SupplierBill.objects.select_related("supplier")
    for bill in _dated(bills, "booked_on", asked).iterator(AT_ONCE):
        yield _bill(bill)
    for certificate in _dated(Certificate.objects.select_related("period"), "period__end", asked):
        yield _certificate(certificate)


def _paper(paper: Any) -> Document:
    kind, key = paper._meta.verbose_name, source_key(paper)
    stored = {one.kind: bytes(one.content) for one in DocumentFile.objects.filter(source_key=key)}
    if "pdf" not in stored:
        raise IssuedMeanwhile(f"{paper.number} was issued just now: take the documents once more.")
    name = f"{kind.replace(' ', '-')}s/{paper.issued_on:%Y-%m}/{_safe(paper.number)}"
    files = {"file": (f"{name}.pdf", stored["pdf"])}
    if "xml" in stored:
        files["xml"] = (f"{name}.xml", stored["xml"])
    return Document(kind, paper.number, paper.issued_on, paper.buyer.get("name", ""), key, paper, files)


def _bill(bill: SupplierBill) -> Document:
    files = {}
    if bill.file:
        suffix = _safe(bill.file_name.rpartition(".")[2])[:5]
        name = f"supplier-bills/{bill.booked_on:%Y-%m}/{bill.pk}-{_safe(bill.number)}.{suffix}"
        files["file"] = (name, bytes(bill.file))
    kind, party = f"supplier's {bill.get_kind_display()}", bill.supplier.name
    return Document(kind, bill.number, bill.booked_on, party, f"bill:{bill.pk}", bill, files)


def _certificate(certificate: Certificate) -> Document:
    period, key = certificate.period, f"period:{certificate.period_id}"
    found = DocumentFile.objects.filter(source_key=key, kind="pdf").first()
    files = {"file": (f"certificates/{period}.pdf", bytes(found.content))} if found else {}
    return Document("certificate", str(period), period.end, "", key, files=files)


def _cells(document: Document, *, comma: bool) -> list[str]:
    entry = JournalEntry.objects.filter(source_key=document.key).select_related("fiscal_year").first()
    about = document.amounts
    return [
        document.kind,
        text(document.number),
        document.on.isoformat(),
        text(document.party),
        *(decimal(getattr(about, name), comma=comma) if about else "" for name in AMOUNTS),
        entry.entry_no if entry else "",
        *(cell for column in FILES for cell in _named(document.files.get(column))),
    ]


def _named(file: tuple[str, bytes] | None) -> tuple[str, str]:
    return (file[0], hashlib.sha256(file[1]).hexdigest()) if file else ("", "")


def _dated(found: QuerySet, field: str, asked: Asked) -> QuerySet:
    """Return rows of the asked days, in an order that stays."""
    if asked.start:
        found = found.filter(**{f"{field}__gte": asked.start})
    if asked.end:
        found = found.filter(**{f"{field}__lte": asked.end})
    return found.order_by(field, "pk")


def _name(asked: Asked) -> str:
    days = [f"{day:%Y%m%d}" for day in (asked.start, asked.end) if day]
    return "_".join(["documents", *days]) + ".zip"


def _safe(words: str) -> str:
    """Return words that are a file's name everywhere, and never lead out of the folder."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", words)[:80] or "_"
