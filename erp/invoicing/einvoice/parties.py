"""Seller, buyer and place of delivery as the norm has them. What is empty is left out."""

import re
from typing import Any

from .words import words

PREFIXED = re.compile(r"[A-Z]{2}")  # the norm knows VAT ids by the country they begin with
Party = dict[str, Any]


def seller(firm: dict[str, str], *, outside_scope: bool) -> Party:
    """Return who sells. An invoice outside the scope of VAT must not name a VAT id."""
    vat_id = "" if outside_scope else _vat_id(firm)
    party = {
        "name": words(firm["name"]),
        "vat_identifier": vat_id,
        "tax_identifier": words(firm.get("tax_number", "")),
        "legal_info": words(firm.get("legal_notice", "")),
        "contacts": [_contact(firm)],
        "country_code": firm.get("country", ""),
        **_mailbox(firm),
        **_lines_of(firm.get("address", "")),
    }
    if not vat_id:  # the norm wants the seller known by some number
        number = words(firm.get("tax_number") or firm.get("vat_id") or "")
        party["identifiers"] = {None: number} if number else {}
    return _filled(party)


def buyer(person: dict[str, str], *, outside_scope: bool) -> Party:
    """Return who buys: the company if there is one, with the person as its contact."""
    company, name = words(person.get("company", "")), words(person.get("name", ""))
    party = {
        "name": company or name or words(person.get("email", "")) or "-",
        "vat_identifier": "" if outside_scope else _vat_id(person),
        "contacts": [{"name": name}] if company and name else [],
        **_mailbox(person),
        **_address(person),
    }
    return _filled(party)


def place(address: dict[str, str]) -> Party:
    """Return where the goods go."""
    if not address.get("country"):
        return {}
    name = words(address.get("company", "")) or words(address.get("name", ""))
    return _filled({"name": name or "-", **_address(address)})


def _vat_id(party: dict[str, str]) -> str:
    number = re.sub(r"[^0-9A-Z]", "", (party.get("vat_id") or "").upper())
    return number if PREFIXED.match(number) else ""


def _contact(firm: dict[str, str]) -> dict[str, str]:
    told = {name: words(firm.get(name, "")) for name in ("name", "phone", "email")}
    return {name: value for name, value in told.items() if value}


def _mailbox(party: dict[str, str]) -> Party:
    email = words(party.get("email", ""))
    return {"einvoicing_addr": email, "einvoicing_addr_schemeid": "EM"} if email else {}


def _address(person: dict[str, str]) -> Party:
    return {
        "addr_l1": words(person.get("line1", "")),
        "addr_l2": words(person.get("line2", "")),
        "postcode": words(person.get("postcode", "")),
        "city": words(person.get("city", "")),
        "country_subdivision": words(person.get("state", "")),
        "country_code": person["country"],
    }


def _lines_of(address: str) -> Party:
    """Read the company's address: street first, postcode and city last."""
    lines = [line for line in map(words, address.splitlines()) if line]
    *streets, last = lines or [""]
    first, _, rest = last.partition(" ")
    has_postcode = any(letter.isdigit() for letter in first) and rest
    parts = dict(zip(("addr_l1", "addr_l2", "addr_l3"), streets, strict=False))
    return {**parts, "postcode": first if has_postcode else "", "city": rest if has_postcode else last}


def _filled(party: Party) -> Party:
    return {name: value for name, value in party.items() if value not in ("", [], {}, [{}])}
