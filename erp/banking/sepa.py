"""Writes ordered refunds as a SEPA credit transfer (pain.001.001.09) that banks take, or as CSV."""

import csv
import io
import re
import unicodedata
from typing import Any

from django.utils.timezone import localtime
from lxml import etree

from erp.documents.services import company

from .models import Transfer, TransferBatch
from .proposals import end_to_end
from .transfers import NoAccount

SPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
# What every bank of the SEPA takes in names and texts.
FOREIGN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
LETTERS = {"ß": "ss", "Æ": "AE", "æ": "ae", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "&": "+"}


def xml(batch: TransferBatch) -> bytes:
    """Return the file for the bank. Raises NoAccount where an IBAN is missing, ours or a customer's."""
    firm = company()
    transfers = list(batch.transfers.select_related("operation__payment__order").order_by("pk"))
    if not firm.iban:
        raise NoAccount("The company has no IBAN yet: set it first.")
    if missing := [str(row.operation.payment) for row in transfers if not row.iban]:
        raise NoAccount(f"No IBAN is known for {', '.join(missing)}: transfer it by hand.")
    root = etree.Element(f"{{{SPACE}}}Document", nsmap={None: SPACE})
    start = _add(root, "CstmrCdtTrfInitn")
    head = _add(start, "GrpHdr")
    _add(head, "MsgId", batch.reference)
    _add(head, "CreDtTm", f"{localtime(batch.at):%Y-%m-%dT%H:%M:%S}")
    _add(head, "NbOfTxs", str(batch.count))
    _add(head, "CtrlSum", f"{batch.total}")
    _add(_add(head, "InitgPty"), "Nm", latin(firm.name))
    _order(start, batch, transfers, firm)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def rows(batch: TransferBatch) -> str:
    """Return the same as CSV, for typing in."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["name", "iban", "amount", "text", "end_to_end"])
    for row in batch.transfers.select_related("operation__payment__order").order_by("pk"):
        writer.writerow([latin(row.name), row.iban, row.amount, _text(row), end_to_end(row.operation)])
    return file.getvalue()


def latin(words: str, *, longest: int = 70) -> str:
    """Return words in the letters that banks take."""
    spelt = "".join(LETTERS.get(letter, letter) for letter in words)
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    return " ".join(FOREIGN.sub(" ", plain).split())[:longest].strip() or "Customer"


def _order(start: Any, batch: TransferBatch, transfers: list[Transfer], firm: Any) -> None:
    """Add the one payment order of the file: all transfers, on one day, from our account."""
    order = _add(start, "PmtInf")
    _add(order, "PmtInfId", batch.reference)
    _add(order, "PmtMtd", "TRF")
    _add(order, "BtchBookg", "false")  # each refund on a line of its own in the statement
    _add(order, "NbOfTxs", str(batch.count))
    _add(order, "CtrlSum", f"{batch.total}")
    _add(_add(_add(order, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _add(_add(order, "ReqdExctnDt"), "Dt", batch.ordered_on.isoformat())
    _add(_add(order, "Dbtr"), "Nm", latin(firm.name))
    _account(order, "DbtrAcct", firm.iban)
    institution = _add(_add(order, "DbtrAgt"), "FinInstnId")
    if firm.bic:
        _add(institution, "BICFI", firm.bic)
    else:
        _add(_add(institution, "Othr"), "Id", "NOTPROVIDED")
    _add(order, "ChrgBr", "SLEV")
    for row in transfers:
        _transfer(_add(order, "CdtTrfTxInf"), row)


def _transfer(node: Any, row: Transfer) -> None:
    _add(_add(node, "PmtId"), "EndToEndId", end_to_end(row.operation))
    amount = _add(_add(node, "Amt"), "InstdAmt", f"{row.amount}")
    amount.set("Ccy", row.operation.payment.currency)
    _add(_add(node, "Cdtr"), "Nm", latin(row.name))
    _account(node, "CdtrAcct", row.iban)
    _add(_add(node, "RmtInf"), "Ustrd", _text(row))


def _account(node: Any, name: str, iban: str) -> None:
    _add(_add(_add(node, name), "Id"), "IBAN", iban.replace(" ", ""))


def _text(row: Transfer) -> str:
    order = row.operation.payment.order
    return latin(f"Refund {order.number if order else row.operation.payment}", longest=140)


def _add(node: Any, name: str, text: str = "") -> Any:
    found = etree.SubElement(node, f"{{{SPACE}}}{name}")
    if text:
        found.text = text
    return found
