"""Statements as banks write them, made from plain facts, for the tests to read in."""

from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from erp.documents.models import Company

IBAN = "DE89370400440532013000"
TODAY = date(2026, 3, 9)
OTHER_IBAN = "DE02120300000000202051"


def open_account():
    """Give the company its account at the bank."""
    Company.objects.update(iban=IBAN)


def entry(
    amount,
    text="",
    *,
    on="2026-03-04",
    name="Ada Lovelace",
    iban=OTHER_IBAN,
    end_to_end="NOTPROVIDED",
    reference="",
    reversal=False,
    details="",
    version=8,
    status=True,
):
    """Return one booked entry; below zero it goes out."""
    amount = Decimal(amount)
    side = "Dbtr" if (amount > 0) != reversal else "Cdtr"
    who = f"<Nm>{escape(name)}</Nm>"
    who = f"<Pty>{who}</Pty>" if version >= 8 else who
    booked = "<Sts><Cd>BOOK</Cd></Sts>" if version >= 8 else "<Sts>BOOK</Sts>"
    plain = f"""<TxDtls><Refs><EndToEndId>{escape(end_to_end)}</EndToEndId></Refs>
        <RltdPties><{side}>{who}</{side}><{side}Acct><Id><IBAN>{iban}</IBAN></Id></{side}Acct></RltdPties>
        <RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf></TxDtls>"""
    return f"""<Ntry><Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{way(amount)}</CdtDbtInd>
        {"<RvslInd>true</RvslInd>" if reversal else ""}{booked if status else ""}
        <BookgDt><Dt>{on}</Dt></BookgDt><ValDt><Dt>{on}</Dt></ValDt>
        {f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""}
        <NtryDtls>{details or plain}</NtryDtls></Ntry>"""


def way(amount):
    return "CRDT" if Decimal(amount) >= 0 else "DBIT"


def balance(kind, amount, on, currency="EUR"):
    return f"""<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>
        <Amt Ccy="{currency}">{abs(Decimal(amount))}</Amt>
        <CdtDbtInd>{way(amount)}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"""


def camt(
    *entries,
    opening="1000.00",
    closing=None,
    total="0.00",
    version=8,
    iban=IBAN,
    currency="EUR",
    starts="2026-03-02",
    ends="2026-03-06",
    number="2026-10",
    balances=("OPBD", "CLBD"),
):
    """Return a camt.053 file of some entries that come to a total."""
    closing = Decimal(opening) + Decimal(total) if closing is None else closing
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version:02}"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{space}"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>{number}</Id>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>
{balance(balances[0], opening, starts, currency)}{balance(balances[1], closing, ends, currency)}
{"".join(entries)}</Stmt></BkToCstmrStmt></Document>""".encode()


def paid_in(*lines, **changes):
    """Return a file in which amounts came in or went out, each with a text: pairs, or keyword facts too."""
    rows = [line if isinstance(line, dict) else {"amount": line[0], "text": line[1]} for line in lines]
    total = sum(Decimal(row["amount"]) for row in rows)
    entries = [entry(row["amount"], **{k: v for k, v in row.items() if k != "amount"}) for row in rows]
    return camt(*entries, total=total, **changes)
