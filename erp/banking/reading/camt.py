"""Reads CAMT.053, the statement of ISO 20022, in any version: elements are found by their local names.

Nothing is fetched and nothing expanded: a document type is refused before it could do harm.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from accounting.money import ZERO

from .statement import ReadLine, ReadStatement
from .words import Unreadable, exact, not_too_large, plain

OPENING = ("OPBD", "PRCD", "ITBD")
CLOSING = ("CLBD", "ITBD")
OTHERS = {"BkToCstmrAcctRpt": "camt.052, a report of a running day", "BkToCstmrDbtCdtNtfctn": "camt.054"}


def read(content: bytes) -> list[ReadStatement]:
    """Return the statements of a file. Raises Unreadable."""
    root = _parse(content)
    statements = [_statement(node) for node in root.iterfind("{*}BkToCstmrStmt/{*}Stmt")]
    if not statements:
        found = next((words for name, words in OTHERS.items() if root.find(f"{{*}}{name}") is not None), "")
        raise Unreadable(f"This is no camt.053 statement{f', but {found}' if found else ''}.")
    return statements


def _parse(content: bytes) -> Any:
    not_too_large(content)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable("This is no XML, or it is cut off or damaged.") from None
    if root.getroottree().docinfo.doctype:
        raise Unreadable("The file brings a document type of its own: no bank writes that, it is not read.")
    return root


def _statement(node: Any) -> ReadStatement:
    opening, first = _balance(node, OPENING, last=False)
    closing, until = _balance(node, CLOSING, last=True)
    lines = [line for entry in node.iterfind("{*}Ntry") if _is_booked(entry) for line in _lines(entry)]
    days = [line.booked_on for line in lines]
    starts = _day(node, "FrToDt/FrDtTm") or _day(node, "FrToDt/FrDt") or min([first or until, *days])
    ends = _day(node, "FrToDt/ToDtTm") or _day(node, "FrToDt/ToDt") or until
    return ReadStatement(
        iban=plain(_text(node, "Acct/Id/IBAN"), longest=34).replace(" ", ""),
        currency=_currency(node),
        opening=opening,
        closing=closing,
        starts_on=min([starts, ends, *days]),
        ends_on=max([starts, ends, *days]),
        lines=lines,
        number=plain(_text(node, "Id"), longest=60),
    )


def _balance(node: Any, kinds: tuple[str, ...], *, last: bool) -> tuple[Decimal, date]:
    """Return the first balance of the best kind there is, or the last, with its day."""
    for kind in kinds:
        found = [row for row in node.iterfind("{*}Bal") if _text(row, "Tp/CdOrPrtry/Cd") == kind]
        if found:
            row = found[-1 if last else 0]
            on = _day(row, "Dt/Dt") or _day(row, "Dt/DtTm")
            if on is None:
                raise Unreadable(f"The balance {kind} has no date.")
            return _signed(row), on
    raise Unreadable(f"The statement has no {'closing' if last else 'opening'} balance ({', '.join(kinds)}).")


def _currency(node: Any) -> str:
    """Return the one currency of all amounts of account and entries. Raises Unreadable for two."""
    found = {_text(node, "Acct/Ccy")} - {""}
    found |= {_currency_of(row) for name in ("Bal", "Ntry") for row in node.iterfind(f"{{*}}{name}")}
    if len(found) != 1:
        raise Unreadable(f"The statement is in several currencies: {', '.join(sorted(found))}.")
    return found.pop()


def _currency_of(row: Any) -> str:
    amount = _find(row, "Amt")
    return "" if amount is None else amount.get("Ccy", "")


def _is_booked(entry: Any) -> bool:
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    return status.strip() in ("BOOK", "")


def _lines(entry: Any) -> Iterator[ReadLine]:
    """Yield the lines of an entry: one for each of its payments where the bank says their amounts."""
    details = entry.findall("{*}NtryDtls/{*}TxDtls")
    total = _signed(entry)
    parts = [_part(entry, detail, currency=_currency_of(entry)) for detail in details]
    if len(details) > 1 and None not in parts and sum((part or ZERO for part in parts), ZERO) == total:
        for detail, part in zip(details, parts, strict=True):
            if part:
                yield _line(entry, [detail], part)
    elif total:
        yield _line(entry, details, total)


def _part(entry: Any, detail: Any, *, currency: str) -> Decimal | None:
    """Return what one payment of an entry comes to, if the bank says so in the currency of the account."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        node = _find(detail, path)
        if node is not None:
            if node.get("Ccy") != currency:
                return None
            way = _text(detail, "CdtDbtInd") or _text(entry, "CdtDbtInd")
            return _with_sign(node.text, way)
    return None


def _line(entry: Any, details: list[Any], amount: Decimal) -> ReadLine:
    detail = details[0] if len(details) == 1 else None
    is_reversal = _text(entry, "RvslInd").strip().lower() in ("true", "1")
    returned = detail is not None and _find(detail, "RtrInf") is not None
    name, iban = _other_side(detail, came_in=(amount > 0) != is_reversal) if detail is not None else ("", "")
    booked = _day(entry, "BookgDt/Dt") or _day(entry, "BookgDt/DtTm")
    if booked is None:
        raise Unreadable("An entry has no booking date.")
    own = _text(detail, "Refs/AcctSvcrRef") if detail is not None else ""
    end_to_end = plain(_text(detail, "Refs/EndToEndId"), longest=64) if detail is not None else ""
    return ReadLine(
        booked_on=booked,
        valued_on=_day(entry, "ValDt/Dt") or _day(entry, "ValDt/DtTm") or booked,
        amount=amount,
        name=name,
        iban=iban,
        text=plain(" ".join(_words(entry, details)), longest=2000),
        end_to_end="" if end_to_end == "NOTPROVIDED" else end_to_end,
        reference=plain(own or _text(entry, "AcctSvcrRef"), longest=64),
        is_reversal=is_reversal or returned,
    )


def _other_side(detail: Any, *, came_in: bool) -> tuple[str, str]:
    """Return name and IBAN of whoever paid, or was paid."""
    side = "Dbtr" if came_in else "Cdtr"
    name = _text(detail, f"RltdPties/{side}/Pty/Nm") or _text(detail, f"RltdPties/{side}/Nm")
    iban = _text(detail, f"RltdPties/{side}Acct/Id/IBAN")
    return plain(name, longest=140), plain(iban, longest=34).replace(" ", "")


def _words(entry: Any, details: list[Any]) -> Iterator[str]:
    """Yield what a payment says of itself; the bank's own words only where it says nothing."""
    found = [node.text for detail in details for node in detail.iterfind("{*}RmtInf/{*}Ustrd") if node.text]
    for detail in details:
        for structured in detail.iterfind("{*}RmtInf/{*}Strd"):
            found += [_text(structured, "CdtrRefInf/Ref"), _text(structured, "RfrdDocInf/Nb")]
        found += [_text(detail, "RtrInf/AddtlInf"), _text(detail, "AddtlTxInf")]
    yield from filter(None, found)
    if not any(found):
        yield _text(entry, "AddtlNtryInf")


def _signed(node: Any) -> Decimal:
    return _with_sign(_text(node, "Amt"), _text(node, "CdtDbtInd"))


def _with_sign(text: str | None, way: str) -> Decimal:
    if way.strip() not in ("CRDT", "DBIT"):
        raise Unreadable(f"An amount is neither credit nor debit, but '{way.strip()}'.")
    amount = exact((text or "").strip())
    if amount < 0:
        raise Unreadable(f"An amount is below zero: {amount}.")
    return amount if way.strip() == "CRDT" else -amount


def _day(node: Any, path: str) -> date | None:
    text = _text(node, path).strip()
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise Unreadable(f"'{text}' is no date.") from None


def _text(node: Any, path: str) -> str:
    found = _find(node, path)
    return "" if found is None else found.text or ""


def _find(node: Any, path: str) -> Any:
    return node.find("/".join(f"{{*}}{step}" for step in path.split("/")))
