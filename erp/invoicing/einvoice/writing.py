"""Spells the facts of a paper as XML. The checks of the norm run in the tests, not at every invoice.

The writers change what they are given: each gets a copy.
"""

from copy import deepcopy
from typing import Any

LEVEL = "en16931"
UNCHECKED: dict[str, Any] = {"level": LEVEL, "check_xsd": False, "check_schematron": False}


def cii(facts: dict[str, Any]) -> bytes:
    """Return a paper as Factur-X, profile EN 16931: what is embedded into its PDF."""
    from facturx import generate_cii_xml

    return generate_cii_xml(deepcopy(facts), **UNCHECKED)


def ubl(facts: dict[str, Any]) -> bytes:
    """Return a paper as UBL 2.1: an Invoice or a CreditNote."""
    from facturx import generate_ubl_xml

    return generate_ubl_xml(deepcopy(facts), **UNCHECKED)
