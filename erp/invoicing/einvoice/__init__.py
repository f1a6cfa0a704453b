"""Invoices and credit notes for machines: Factur-X (CII) and UBL 2.1, both by the norm EN 16931.

`facts` says once what stands on a paper, in the business terms of the norm; two writers spell it.
"""

from .facts import facts
from .stored import NotIssued, paper_xml
from .writing import cii, ubl

__all__ = ["NotIssued", "cii", "facts", "paper_xml", "ubl"]
