"""Writes ordered refunds and payments as a SEPA credit transfer (pain.001.001.09), or as CSV."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from lxml import etree

from accounting.money import ZERO
from erp.documents.services import company

from .models import Transfer, TransferBatch
from .proposals import end_to_end
from .transfers import NoAccount

SPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
# What every bank of the SEPA takes in names and texts.
FOREIGN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
LETTERS = {"ß": "ss", "Æ": "AE", "æ": "ae", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "&": "+"}


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """Money to an account. `about` names what is paid to whoever looks for a missing IBAN."""

    name: str
    iban: str
    amount: Decimal
    currency: str
    text: str
    end_to_end: str
    about: str


@dataclass(frozen=True, slots=True)
class Remittance:
    """Transfers that the bank is to make together on a day. The reference is the file's message id."""

    reference: str
    at: datetime
    on: date
    transfers: Sequence[CreditTransfer]

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.transfers), ZERO)


def xml(batch: TransferBatch) -> bytes:
    """Return the file of refunds. Raises NoAccount where an IBAN is missing, ours or a customer's."""
    return written(refunds(batch))


def rows(batch: TransferBatch) -> str:
    """Return the same as CSV, for typing in."""
    return listed(refunds(batch))


def refunds(batch: TransferBatch) -> Remittance:
    """Return refunds as transfers."""
    found = batch.transfers.select_related("operation__payment__order").order_by("pk")
    return Remittance(batch.reference, batch.at, batch.ordered_on, [_refund(row) for row in found])


def written(remittance: Remittance) -> bytes:
    """Return the file for the bank. Raises NoAccount where an IBAN is missing, ours or a receiver's."""
    firm = company()
    if not firm.iban:
        raise NoAccount("The company has no IBAN yet: set it first.")
    if missing := [row.about for row in remittance.transfers if not row.iban]:
        raise NoAccount(f"No IBAN is known for {', '.join(missing)}: transfer it by hand.")
    root = etree.Element(f"{{{SPACE}}}Document", nsmap={None: SPACE})
    start = _add(root, "CstmrCdtTrfInitn")
    head = _add(start, "GrpHdr")
    _add(head, "MsgId", remittance.reference)
    _add(head, "CreDtTm", f"{localtime(remittance.at):%Y-%m-%dT%H:%M:%S}")
    _add(head, "NbOfTxs", str(len(remittance.transfers)))
    _add(head, "CtrlSum", f"{remittance.total}")
    _add(_add(head, "InitgPty"), "Nm", latin(firm.name))
    _order(start, remittance, firm)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def listed(remittance: Remittance) -> str:
    """Return transfers as CSV."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["name", "iban", "amount", "text", "end_to_end"])
    for row in remittance.transfers:
        writer.writerow([latin(row.name), row.iban, row.amount, row.text, row.end_to_end])
    return file.getvalue()


def latin(words: str, *, longest: int = 70) -> str:
    """Return words in the letters that banks take."""
    spelt = "".join(LETTERS.get(letter, letter) for letter in words)
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    return " ".join(FOREIGN.sub(" ", plain).split())[:longest].strip() or "Customer"


def _order(start: Any, remittance: Remittance, firm: Any) -> None:
    """Add the one payment order of the file: all transfers, on one day, from our account."""
    order = _add(start, "PmtInf")
    _add(order, "PmtInfId", remittance.reference)
    _add(order, "PmtMtd", "TRF")
    _add(order, "BtchBookg", "false")  # each transfer on a line of its own in the statement
    _add(order, "NbOfTxs", str(len(remittance.transfers)))
    _add(order, "CtrlSum", f"{remittance.total}")
    _add(_add(_add(order, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _add(_add(order, "ReqdExctnDt"), "Dt", remittance.on.isoformat())
    _add(_add(order, "Dbtr"), "Nm", latin(firm.name))
    _account(order, "DbtrAcct", firm.iban)
    institution = _add(_add(order, "DbtrAgt"), "FinInstnId")
    if firm.bic:
        _add(institution, "BICFI", firm.bic)
    else:
        _add(_add(institution, "Othr"), "Id", "NOTPROVIDED")
    _add(order, "ChrgBr", "SLEV")
    for row in remittance.transfers:
        _transfer(_add(order, "CdtTrfTxInf"), row)


def _transfer(node: Any, row: CreditTransfer) -> None:
    _add(_add(node, "PmtId"), "EndToEndId", row.end_to_end)
    amount = _add(_add(node, "Amt"), "InstdAmt", f"{row.amount}")
    amount.set("Ccy", row.currency)
    _add(_add(node, "Cdtr"), "Nm", latin(row.name))
    _account(node, "CdtrAcct", row.iban)
    _add(_add(node, "RmtInf"), "Ustrd", row.text)


def _account(node: Any, name: str, iban: str) -> None:
    _add(_add(_add(node, name), "Id"), "IBAN", iban.replace(" ", ""))


def _refund(row: Transfer) -> CreditTransfer:
    payment = row.operation.payment
    text = latin(f"Refund {payment.order.number if payment.order else payment}", longest=140)
    ours = end_to_end(row.operation)
    return CreditTransfer(row.name, row.iban, row.amount, payment.currency, text, ours, str(payment))


def _add(node: Any, name: str, text: str = "") -> Any:
    found = etree.SubElement(node, f"{{{SPACE}}}{name}")
    if text:
        found.text = text
    return found
