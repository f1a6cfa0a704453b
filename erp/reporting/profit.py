"""Gross profit: what was earned in some days less what it cost, by order, product, customer and so on.

Revenue counts when it is earned in the books: goods as they are shipped, the rest as it is invoiced; what is
credited of it counts as returns on the day of the credit note. Cost is what the goods that left had cost,
less what those that came back had cost. All is read from posted entries, so that what comes from orders and
what does not make the accounts of profit and loss, to the cent. Nothing is written here.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce, TruncMonth

from accounting import chart
from accounting.models import JournalLine
from accounting.money import ZERO, from_minor, minor, rhu
from erp.delivery.models import DeliveryNote, Return
from erp.invoicing.models import CreditNote, Invoice

ROLES = (chart.REVENUE, chart.SHIPPING_INCOME, chart.RETURNS, chart.COST_OF_GOODS_SOLD)
# The documents by which orders earn and cost, by the names that entries know them by.
DOCUMENTS: dict[str, Any] = {
    "invoice": Invoice,
    "delivery": DeliveryNote,
    "credit": CreditNote,
    "return": Return,
}
COUNTRY = ("order__shipping_address__country", "order__billing_address__country")


@dataclass(frozen=True, slots=True)
class Earned:
    """What was earned and what it cost. Returns are above zero when they take something off."""

    revenue: Decimal = ZERO
    shipping: Decimal = ZERO
    returns: Decimal = ZERO
    cost: Decimal = ZERO

    def __add__(self, other: "Earned") -> "Earned":
        return Earned(*(ours + theirs for ours, theirs in zip(self.parts, other.parts, strict=True)))

    def __sub__(self, other: "Earned") -> "Earned":
        return Earned(*(ours - theirs for ours, theirs in zip(self.parts, other.parts, strict=True)))

    @property
    def parts(self) -> tuple[Decimal, ...]:
        return self.revenue, self.shipping, self.returns, self.cost

    @property
    def net(self) -> Decimal:
        return self.revenue + self.shipping - self.returns

    @property
    def profit(self) -> Decimal:
        return self.net - self.cost

    @property
    def margin(self) -> Decimal | None:
        """Return the profit as per cent of what was earned."""
        return from_minor(rhu(minor(self.profit) * 10_000, minor(self.net))) if self.net > 0 else None


By = dict[Any, Earned]
Sources = Mapping[str, dict[int, Earned]]


def booked(start: date, end: date) -> Earned:
    """Return what the accounts of profit and loss say of some days."""
    return _earned(_lines(start, end).order_by().values_list("account__role").annotate(Sum("amount")))


def sources(start: date, end: date) -> Sources:
    """Return what each document earned and cost in some days, by kind and key. One query."""
    found: dict[str, dict[int, Earned]] = {kind: {} for kind in DOCUMENTS}
    rows = _of_documents(_lines(start, end)).order_by().values_list("entry__source_key", "account__role")
    for source_key, role, amount in rows.annotate(Sum("amount")).iterator():
        kind, _, key = source_key.partition(":")
        if key.isdecimal():
            of_kind = found[kind]
            of_kind[int(key)] = of_kind.get(int(key), Earned()) + _earned([(role, amount)])
    return found


def by_order(start: date, end: date) -> By:
    """Return what each order earned, by its key. None is what was sold elsewhere and came back here."""
    return _by_path(sources(start, end), dict.fromkeys(DOCUMENTS, "order"))


def by_customer(start: date, end: date) -> By:
    """Return what each customer earned us, by the key of its party."""
    paths = {"invoice": "party", "credit": "party"}
    return _by_path(sources(start, end), dict.fromkeys(DOCUMENTS, "order__terms__party") | paths)


def by_country(start: date, end: date) -> By:
    """Return what was earned by the country that goods went to, or else that of the bill or customer."""
    usual = Coalesce(*COUNTRY, "order__terms__party__country")
    paths = dict.fromkeys(DOCUMENTS, usual) | {"credit": Coalesce(*COUNTRY, "party__country")}
    return _by_path(sources(start, end), paths)


def by_month(start: date, end: date) -> By:
    """Return what was earned by the first day of each month."""
    found: By = defaultdict(Earned)
    lines = _of_documents(_lines(start, end)).order_by()
    rows = lines.annotate(month=TruncMonth("date")).values_list("month", "account__role")
    for month, role, amount in rows.annotate(Sum("amount")):
        found[month] += _earned([(role, amount)])
    return found


def in_range(keys: Mapping[int, Any], path: str = "pk") -> Q:
    """Return a condition that is wide enough for some keys, and short however many there are."""
    return Q(**{f"{path}__gte": min(keys), f"{path}__lte": max(keys)}) if keys else Q(pk__in=())


def _by_path(found: Sources, paths: Mapping[str, Any]) -> By:
    """Sum documents by what a path from each of them leads to."""
    sums: By = defaultdict(Earned)
    for kind, of_kind in found.items():
        rows = DOCUMENTS[kind].objects.filter(in_range(of_kind)).order_by()
        for key, leads_to in rows.values_list("pk", paths[kind]).iterator():
            if key in of_kind:
                sums[leads_to] += of_kind[key]
    return sums


def _lines(start: date, end: date) -> Any:
    return JournalLine.objects.posted().between(start, end).filter(account__role__in=ROLES)


def _of_documents(lines: Any) -> Any:
    """Return the lines that documents of orders have posted. A reversal is none of them."""
    wanted = Q()
    for kind in DOCUMENTS:
        wanted |= Q(entry__source_key__startswith=f"{kind}:")
    return lines.filter(wanted, entry__reverses=None)


def _earned(rows: Any) -> Earned:
    """Return sums of accounts (debits less credits, by role) as what was earned and what it cost."""
    sums = dict.fromkeys(ROLES, ZERO) | dict(rows)
    return Earned(-sums[ROLES[0]], -sums[ROLES[1]], sums[ROLES[2]], sums[ROLES[3]])
