"""Opening balances: what every account held when the books began here. Debits and credits must be equal.

What customers and suppliers owe becomes open items, an entry each, so that each can be paid by itself. The
rest is one entry. All go by way of the account of opening balances, which is at zero again when all are in.

Stock comes in by a list of its own, and is in the books already. A line for the inventory account is there
to compare: it must be what the books say, and is not posted a second time.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from accounting import chart, ledger, periods, reports
from accounting.models import Account, JournalEntry, OpenItem, Party
from accounting.money import ZERO

from .cells import Column, day, positive, text
from .kind import Facts, Key, Kind, Run, Want, Wrong

KINDS = {chart.PAYABLE: Party.Kind.SUPPLIER}


class Opening(Kind):
    name = "opening"
    title = "Opening balances"
    needs = "accounting.add_journalentry"
    keys = ("account", "party", "document", "line")
    makes_new = True
    is_whole = True
    columns = (
        Column("account", text(20), is_required=True),
        Column("name", text(255), compared=False, told=True),
        Column("debit", positive),
        Column("credit", positive),
        Column("party", text(80)),
        Column("party_name", text(255)),
        Column("document", text(40)),
        Column("due", day),
        Column("date", day),
        Column("memo", text(255)),
    )
    help = "account, debit, credit; party and document for what is still to be paid; date of the opening."

    def defaults(self) -> Facts:
        return {"party": "", "document": "", "line": ""}

    def hold(self, wants: Sequence[Want]) -> None:
        """Let one list after the other be taken in: the second sees what the first has posted."""
        account = chart.account(chart.OPENING_BALANCES)
        list(Account.objects.select_for_update(no_key=True).filter(pk=account.pk))

    def now(self, keys: Iterable[Key]) -> dict[Key, Facts]:
        return {}

    def check(self, wants: Sequence[Want]) -> None:
        codes = {want.values["account"] for want in wants}
        accounts = {row.code: row for row in Account.objects.filter(code__in=codes)}
        parties = _parties(wants)
        today = timezone.localdate()
        for want in wants:
            _check(want, accounts.get(want.values["account"]), parties)
            _check_day(want, today)
        _refuse_what_is_here(wants, accounts, parties)

    def check_all(self, wants: Sequence[Want]) -> list[Wrong]:
        debits = sum((_amount(want, "debit") for want in wants), ZERO)
        credits = sum((_amount(want, "credit") for want in wants), ZERO)
        wrong: list[Wrong] = []
        if debits != credits:
            why = f"debits are {debits}, credits {credits}: they differ by {abs(debits - credits)}"
            wrong.append(("debit", str(debits), why))
        days = sorted({want.values.get("date", "") for want in wants} - {""})
        if len(days) > 1:
            wrong.append(("date", days[1], f"there is one day of opening, and {days[0]} is another"))
        return wrong + _missing_stock(wants)

    def write(self, wants: Sequence[Want], run: Run) -> None:
        on = next(
            (date.fromisoformat(want.values["date"]) for want in wants if want.values.get("date")), run.on
        )
        inventory = chart.account(chart.INVENTORY).code
        parties = _parties(wants)
        rest = []
        for want in wants:
            party = _party(want, parties)
            amount = _amount(want, "debit") - _amount(want, "credit")
            due = date.fromisoformat(want.values["due"]) if want.values.get("due") else None
            if want.values["account"] != inventory:
                line = ledger.Line(
                    want.values["account"], amount, party, None, due, want.values.get("memo", "")
                )
                if party is None:
                    rest.append(line)
                else:
                    _post(f"{run.key}:{want.number}", [line], on, run, want.values["document"])
        if rest:
            _post(f"{run.key}:0", rest, on, run)

    def undo(self, wants: Sequence[Want], run: Run) -> None:
        """Reverse all entries, unless something of them is paid."""
        key = run.key.removesuffix(":undo")
        entries = list(JournalEntry.objects.filter(source_key__startswith=f"{key}:", reverses=None))
        items = OpenItem.objects.filter(line__entry__in=entries).select_related("line__entry", "line__party")
        paid = {item.line.entry.source_key: item for item in items if item.residual != item.original}
        for want in wants:
            if f"{key}:{want.number}" in paid:
                item = paid[f"{key}:{want.number}"]
                left, whole = abs(item.residual), abs(item.original)
                want.refuse("party", f"only {left} of {whole} is still open: it is paid in part")
        if not any(want.wrong for want in wants):
            for entry in entries:
                ledger.reverse(entry, on=run.on, by=run.by)

    def everything(self) -> Iterator[Facts]:
        """Yield the balances of today, open items by themselves: what books that begin anew take in."""
        today = timezone.localdate()
        open_accounts = set(Account.objects.filter(open_item=True).values_list("code", flat=True))
        for row in reports.trial_balance(date(1990, 1, 1), today):
            if row.account.code not in open_accounts and row.closing:
                yield {"account": row.account.code, "name": row.account.name, **_sides(row.closing)}
        items = OpenItem.objects.exclude(residual=0).select_related(
            "line__account", "line__party", "line__entry"
        )
        for item in items.order_by("line__account__code", "line__party__key", "pk").iterator():
            party = item.line.party
            yield {
                "account": item.line.account.code,
                "name": item.line.account.name,
                **_sides(item.residual),
                "party": party.key if party else "",
                "party_name": party.name if party else "",
                "document": item.line.entry.document_no,
                "due": item.line.due_date.isoformat() if item.line.due_date else "",
            }


def _check(want: Want, account: Account | None, parties: dict[str, Party]) -> None:
    if account is None or not account.active:
        want.refuse("account", "is not in the chart of accounts, or no longer in use")
        return
    if bool(_amount(want, "debit")) == bool(_amount(want, "credit")):
        want.refuse("debit", "either a debit or a credit, and one of them")
    if account.role == chart.INVENTORY:
        _check_inventory(want)
    _check_party(want, account, parties)


def _check_day(want: Want, today: date) -> None:
    """Refuse a day that must be a slip, or of a closed month: an opening is not dated into a later one."""
    if not want.values.get("date"):
        return
    day = date.fromisoformat(want.values["date"])
    try:
        periods.require_near(day, today=today)
    except periods.NoSuchYear as slip:
        want.refuse("date", str(slip))
    else:
        if periods.is_closed(day):
            want.refuse("date", f"{day:%Y-%m} is locked: nothing can be posted into it")


def _missing_stock(wants: Sequence[Want]) -> list[Wrong]:
    """Say where goods are worth something and the balances do not mention it."""
    inventory, worth = chart.account(chart.INVENTORY), ledger.balance(chart.INVENTORY)
    if not worth or any(want.values.get("account") == inventory.code for want in wants):
        return []
    return [("account", inventory.code, f"the stock is worth {worth}, and no line says so")]


def _refuse_what_is_here(
    wants: Sequence[Want], accounts: dict[str, Account], parties: dict[str, Party]
) -> None:
    """Refuse what the books say already, such as their own balances: it would be there twice."""
    rows = reports.trial_balance(date(1990, 1, 1), timezone.localdate())
    balances = {row.account.code: row.closing for row in rows}
    items = OpenItem.objects.filter(line__account__code__in=accounts, residual=F("original"))
    facts = items.values_list(
        "line__account__code", "line__party__key", "line__entry__document_no", "residual"
    )
    here = set(facts)
    for want in wants:
        account, party = accounts.get(want.values["account"]), parties.get(want.values["party"])
        if account is None or account.role == chart.INVENTORY:
            continue
        said = _amount(want, "debit") - _amount(want, "credit")
        item = (account.code, party.key if party else "", want.values["document"], said)
        if item in here or (not account.open_item and said and balances.get(account.code) == said):
            want.refuse("account", f"the books say {abs(said)} already: it would be there twice")


def _check_party(want: Want, account: Account, parties: dict[str, Party]) -> None:
    wanted = want.values["party"]
    if account.party_required and not wanted:
        want.refuse("party", f"{account.name} is kept by customer or supplier: say which one")
    if wanted and not account.party_required:
        want.refuse("party", f"{account.name} is not kept by customer or supplier")
    if wanted and wanted not in parties and not want.values.get("party_name"):
        want.refuse("party", "is not known here: give its party_name, and it will be")


def _check_inventory(want: Want) -> None:
    said = _amount(want, "debit") - _amount(want, "credit")
    worth = ledger.balance(chart.INVENTORY)
    if said != worth:
        want.refuse("debit", f"the stock is worth {worth}: bring the stock in first, then its account agrees")


def _parties(wants: Sequence[Want]) -> dict[str, Party]:
    """Return the parties that rows name: by their key, or a supplier by its code."""
    names = {want.values["party"] for want in wants} - {""}
    keys = names | {f"supplier:{name}" for name in names}
    found = {party.key: party for party in Party.objects.filter(key__in=keys)}
    return {
        name: found.get(name) or found[f"supplier:{name}"]
        for name in names
        if name in found or f"supplier:{name}" in found
    }


def _party(want: Want, parties: dict[str, Party]) -> Party | None:
    name = want.values["party"]
    if name and name not in parties:
        role = chart.account(want.values["account"]).role
        kind = KINDS.get(role, Party.Kind.CUSTOMER)
        parties[name] = Party.objects.create(key=name, kind=kind, name=want.values["party_name"])
    return parties.get(name)


def _post(key: str, lines: list[ledger.Line], on: date, run: Run, document: str = "") -> None:
    """Post lines against the account of opening balances."""
    rest = -sum((line.amount for line in lines), ZERO)
    entry = ledger.Entry(
        date=on,
        source_key=key,
        memo=run.reason,
        lines=(*lines, ledger.Line(chart.OPENING_BALANCES, rest)),
        journal="OPENING",
        document_no=document,
    )
    if not entry.is_empty:
        ledger.post(entry, by=run.by)


def _amount(want: Want, side: str) -> Decimal:
    return Decimal(want.values.get(side) or "0.00")


def _sides(amount: Decimal) -> Facts:
    return {"debit": f"{max(amount, ZERO):.2f}", "credit": f"{max(-amount, ZERO):.2f}"}
