"""The VAT of a paper by category and rate, with the reason where none is charged. From its own rows alone."""

from dataclasses import dataclass, replace
from decimal import Decimal

from .models import Paper, PaperLine

# Codes of the list VATEX for papers whose tax rows name none.
EXEMPTION_CODES = {"K": "VATEX-EU-IC", "G": "VATEX-EU-G", "AE": "VATEX-EU-AE", "O": "VATEX-EU-O"}
CHARGED = ("S", "Z")


@dataclass(frozen=True, slots=True)
class TaxRow:
    """Base and tax of one category and rate; `reason` and `code` say why nothing is charged."""

    category: str
    rate: Decimal
    net: Decimal
    tax: Decimal
    reason: str
    code: str


def breakdown(paper: Paper) -> list[TaxRow]:
    """Return the VAT of a paper: tax codes of the same category and rate count as one."""
    found: dict[tuple[str, Decimal], TaxRow] = {}
    for row in paper.taxes:
        part = _part(paper, row)
        known = found.get((part.category, part.rate))
        if known:
            part = replace(known, net=known.net + part.net, tax=known.tax + part.tax)
        found[part.category, part.rate] = part
    return [found[key] for key in sorted(found)]


def category_of(paper: Paper, line: PaperLine) -> str:
    """Return the category of a line, as the tax rows of its paper have it."""
    for row in paper.taxes:
        if row["code"] == line.tax_code.code:
            return _category(paper, row)
    return line.tax_code.category


def wordings(paper: Paper) -> list[str]:
    """Return what the law wants said on a paper where no VAT is charged."""
    said = [f"{row.reason.rstrip('.')}." for row in breakdown(paper) if row.reason]
    return list(dict.fromkeys(said))


def _part(paper: Paper, row: dict[str, str]) -> TaxRow:
    category = _category(paper, row)
    is_charged = category in CHARGED
    code = row.get("exemption_code") or EXEMPTION_CODES.get(category, "")
    return TaxRow(
        category,
        Decimal(row["rate"]),
        Decimal(row["net"]),
        Decimal(row["tax"]),
        reason="" if is_charged else row.get("reason") or row["name"],
        code="" if is_charged or category != row["category"] else code,
    )


def _category(paper: Paper, row: dict[str, str]) -> str:
    """Return a row's category. Outside the scope of VAT is a whole paper or, for the norm, exempt."""
    is_mixed = any(other["category"] != "O" for other in paper.taxes)
    return "E" if row["category"] == "O" and is_mixed else row["category"]
