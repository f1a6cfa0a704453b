"""Takes all documents, each in a transaction of its own, and knows which are here already."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.transaction import atomic

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.backoffice.models import ImportedDocument
from erp.documents import outbox
from erp.documents.models import Outbox
from erp.sales.models import SaleKey

from .crediting import credit
from .documents import PREFIX, Document, Fate
from .rows import CREDIT
from .rules import Rules
from .selling import sell

BATCH = 500
Tell = Callable[[int], None]


class DoesNotAgree(Refusal):
    """The chain made something else of a document than its rows say."""


def skip_known(documents: Sequence[Document]) -> None:
    """Note which documents are here already. One that says something else by now is left out."""
    for batch in _batches(documents):
        keys = [document.key for document in batch]
        known = {row.key: row for row in ImportedDocument.objects.filter(key__in=keys)}
        for document in batch:
            if document.rows and document.key in known:
                _compare(document, known[document.key])


def take_all(documents: Sequence[Document], rules: Rules, tell: Tell) -> None:
    """Take the documents that wait, in their order, and tell after each how many are done."""
    waiting = [document for document in documents if document.fate == Fate.WAITING]
    for done, document in enumerate(waiting, start=1):
        take(document, rules)
        tell(done)


def take(document: Document, rules: Rules) -> None:
    """Take one document, whole or not at all. What the chain refuses is left out with its reason."""
    try:
        rules.require_order(document)
        with atomic():
            _, is_new = ImportedDocument.objects.get_or_create(
                key=document.key, defaults={"rows": len(document.rows), "amount": document.amount}
            )
            if is_new:
                _take_through_the_chain(document, rules)
    except Refusal as refusal:
        document.refuse(str(refusal))
    else:
        document.fate = Fate.TAKEN if is_new else Fate.HERE


def clear_outbox(*, now: datetime) -> None:
    """Have the effects of imported documents at once: refunds of long ago, which call nobody.

    Their papers are left to the background: to draw a month of them takes as long as to import it.
    """
    imported = SaleKey.objects.filter(key__startswith=PREFIX).values("order_number")
    waiting = Outbox.objects.filter(done_at=None, order_number__in=imported).exclude(topic="pdf")
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        outbox.deliver(pk, now=now)


def kept(documents: Sequence[Document]) -> tuple[Decimal, Decimal]:
    """Return what the database says was taken of the documents: sales, and credits below zero."""
    sales = credits = ZERO
    is_credit = Q(key__startswith=f"{PREFIX}{CREDIT}")
    for batch in _batches(documents):
        rows = ImportedDocument.objects.filter(key__in=[document.key for document in batch])
        sums = rows.aggregate(
            sales=Sum("amount", filter=~is_credit, default=ZERO),
            credits=Sum("amount", filter=is_credit, default=ZERO),
        )
        sales += sums["sales"]
        credits += sums["credits"]
    return sales, credits


def _take_through_the_chain(document: Document, rules: Rules) -> None:
    amount = credit(document, rules) if document.is_credit else sell(document, rules)
    if amount != document.amount:
        raise DoesNotAgree(f"its rows come to {document.amount}, here it came to {amount}")


def _compare(document: Document, known: ImportedDocument) -> None:
    if (known.rows, known.amount) == (len(document.rows), document.amount):
        document.fate = Fate.HERE
    else:
        document.refuse(
            f"imported before with {known.amount} in {known.rows} row(s),"
            f" now it is {document.amount} in {len(document.rows)}"
        )


def _batches(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    for start in range(0, len(documents), BATCH):
        yield documents[start : start + BATCH]
