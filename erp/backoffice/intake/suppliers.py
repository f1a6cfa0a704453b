"""Suppliers by their code. A new one becomes a party in the books."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import ProtectedError
from django.db.transaction import atomic

from erp.purchasing import suppliers
from erp.purchasing.models import Supplier

from .cells import Column, country, days, email, iban, text, tidy, yes_no
from .kind import Facts, Key, Kind, Run, Want

TEXTS = ("name", "email", "phone", "address", "country", "vat_id", "iban", "bic", "customer_number")
NUMBERS = ("payment_days", "lead_days")


class Suppliers(Kind):
    name = "suppliers"
    title = "Suppliers"
    needs = "purchasing.add_supplier"
    keys = ("code",)
    makes_new = True
    columns = (
        Column("code", text(40), is_required=True),
        Column("name", text(255), is_required=True),
        Column("email", email),
        Column("phone", text(40)),
        Column("address", text(1000, lines=True)),
        Column("country", country),
        Column("vat_id", text(20)),
        Column("iban", iban),
        Column("bic", text(11)),
        Column("customer_number", text(40)),
        Column("payment_days", days),
        Column("lead_days", days),
        Column("active", yes_no),
    )
    help = "code, name, and what else is known: email, address, country, iban, payment_days, lead_days …"

    def hold(self, wants: Sequence[Want]) -> None:
        codes = [want.key[0] for want in wants]
        list(Supplier.objects.select_for_update().filter(code__in=codes).order_by("pk").values_list("pk"))

    def now(self, keys: Iterable[Key]) -> dict[Key, Facts]:
        rows = Supplier.objects.filter(code__in=[code for (code,) in keys])
        return {(row.code,): _facts(row) for row in rows}

    def check(self, wants: Sequence[Want]) -> None:
        for want in wants:
            for name in ("country", *NUMBERS, "active"):
                if name in want.values and not want.values[name]:
                    want.values[name] = (want.before or _facts(Supplier()))[name]

    def write(self, wants: Sequence[Want], run: Run) -> None:
        rows = Supplier.objects.select_related("party").filter(code__in=[want.key[0] for want in wants])
        found = {row.code: row for row in rows}
        for want in wants:
            supplier = found.get(want.key[0]) or Supplier(code=want.key[0])
            _put_on(supplier, want.values)
            suppliers.keep(supplier)

    def take_away(self, wants: Sequence[Want], run: Run) -> None:
        """Remove suppliers; one that was used already stays, and is no longer active."""
        for supplier in Supplier.objects.filter(code__in=[want.key[0] for want in wants]):
            try:
                with atomic():
                    supplier.delete()
            except ProtectedError:
                supplier.is_active = False
                supplier.save(update_fields=["is_active"])

    def everything(self) -> Iterator[Facts]:
        for row in Supplier.objects.order_by("code").iterator():
            yield {"code": row.code, **_facts(row)}


def _facts(row: Any) -> Facts:
    facts = {name: tidy(str(getattr(row, name))) for name in (*TEXTS, *NUMBERS)}
    return facts | {"active": "yes" if row.is_active else "no"}


def _put_on(supplier: Supplier, values: Facts) -> None:
    for name in TEXTS:
        setattr(supplier, name, values.get(name, getattr(supplier, name)))
    for name in NUMBERS:
        setattr(supplier, name, int(values.get(name, getattr(supplier, name))))
    if "active" in values:
        supplier.is_active = values["active"] == "yes"
