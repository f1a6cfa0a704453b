"""Every check of every part, those of the ledger first."""

from collections.abc import Callable, Iterable, Iterator

from accounting import audit as books
from erp.banking import audit as banking
from erp.delivery import audit as delivery
from erp.documents import audit as documents
from erp.inventory import audit as inventory
from erp.invoicing import audit as invoicing
from erp.purchasing import audit as purchasing
from erp.sales import audit as sales

from . import audit as closing

Check = Callable[[], Iterable[str]]

PARTS = (books, inventory, sales, delivery, invoicing, purchasing, banking, documents, closing)


def checks() -> Iterator[Check]:
    for part in PARTS:
        yield from part.CHECKS


def name_of(check: Check) -> str:
    """Return what a check is called: the first line of its docstring, with the number of its invariant."""
    return (check.__doc__ or check.__name__).strip().splitlines()[0]
