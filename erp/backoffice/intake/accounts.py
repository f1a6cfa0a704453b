"""The chart of accounts by code. What an account with lines is, and which role it plays, no list changes."""

from collections.abc import Iterable, Iterator, Sequence

from accounting import chart
from accounting.models import Account, JournalLine

from .cells import Column, one_of, text, yes_no
from .kind import Facts, Key, Kind, Run, Want

FACTS = ("name", "kind", "group")


class Accounts(Kind):
    name = "accounts"
    title = "Accounts"
    needs = "accounting.add_account"
    keys = ("code",)
    makes_new = True
    columns = (
        Column("code", text(20), is_required=True),
        Column("name", text(120), is_required=True),
        Column("kind", one_of(*Account.Kind.values)),
        Column("group", text(80)),
        Column("role", text(40), compared=False, told=True),
        Column("active", yes_no),
    )
    help = "code, name, kind (asset, liability, equity, income, expense), group in the statements, active."

    def hold(self, wants: Sequence[Want]) -> None:
        found = Account.objects.select_for_update().filter(code__in=[want.key[0] for want in wants])
        list(found.order_by("pk").values_list("pk"))

    def now(self, keys: Iterable[Key]) -> dict[Key, Facts]:
        return {
            (row.code,): _facts(row) for row in Account.objects.filter(code__in=[code for (code,) in keys])
        }

    def check(self, wants: Sequence[Want]) -> None:
        found = {row.code: row for row in Account.objects.filter(code__in=[want.key[0] for want in wants])}
        lines = JournalLine.objects.filter(account__in=found.values()).order_by()
        used = set(lines.values_list("account__code", flat=True).distinct())
        for want in wants:
            _leave_as_it_is(want)
            _check(want, found.get(want.key[0]), is_used=want.key[0] in used)

    def write(self, wants: Sequence[Want], run: Run) -> None:
        found = {row.code: row for row in Account.objects.filter(code__in=[want.key[0] for want in wants])}
        for want in wants:
            name, kind, group = (want.says(column) for column in FACTS)
            account = found.get(want.key[0])
            if account is None:
                account = chart.add(want.key[0], name=name, kind=kind, group=group)
            else:
                chart.change(account, name=name, kind=kind, group=group)
            if want.says("active") == "no":
                chart.retire(account)
            else:
                chart.use(account)

    def take_away(self, wants: Sequence[Want], run: Run) -> None:
        """Delete accounts; one that was used already stays, and takes no new lines."""
        for account in Account.objects.filter(code__in=[want.key[0] for want in wants]):
            try:
                chart.delete(account)
            except chart.InUse:
                chart.retire(account)

    def everything(self) -> Iterator[Facts]:
        for row in Account.objects.order_by("code").iterator():
            yield {"code": row.code, "role": row.role, **_facts(row)}


def _leave_as_it_is(want: Want) -> None:
    """Take an empty kind or `active` for what is so now; a new account is in use."""
    before = want.before or {"active": "yes", "kind": ""}
    for name in ("kind", "active"):
        if not want.values.get(name):
            want.values[name] = before[name]


def _check(want: Want, account: Account | None, *, is_used: bool) -> None:
    if not chart.CODE.fullmatch(want.key[0]):
        want.refuse("code", "letters, digits, spaces, dots and hyphens only, beginning with one of the first")
    if not want.values["kind"]:
        want.refuse("kind", "a new account needs its kind")
    if account is None:
        return
    if want.values["kind"] != account.kind and (is_used or account.role):
        why = "it has lines in the books" if is_used else f"it is {account.role} to the posting rules"
        want.refuse("kind", f"stays {account.kind}: {why}")
    if want.values["active"] == "no" and account.role:
        want.refuse("active", f"stays in use: it is {account.role} to the posting rules")


def _facts(row: Account) -> Facts:
    return {"name": row.name, "kind": row.kind, "group": row.group, "active": "yes" if row.active else "no"}
