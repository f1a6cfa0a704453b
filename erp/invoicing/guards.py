"""What the database refuses to happen to invoices and credit notes, beside a change of what is issued."""

from accounting.guards.rule import Rule

ITS_PLACE = """
    SELECT 1 FROM accounting_numberseries s WHERE s.series = '{series}' AND s.last_hash = NEW.hash
    AND LTRIM(REPLACE(NEW.number, s.series || '-' || s.year || '-', ''), '0') = CAST(s.last_no AS text)
""".strip()


def numbered(table: str, series: str) -> list[Rule]:
    """Return the rules of a paper that takes the number and hash which its series has just given."""
    return [
        Rule(table, "INSERT", "NEW.number IS NOT NULL", "An invoice or credit note begins as a draft."),
        Rule(
            table,
            "UPDATE",
            "OLD.number IS NULL AND NEW.number IS NOT NULL"
            f" AND NOT EXISTS ({ITS_PLACE.format(series=series)})",
            "An invoice or credit note takes the next number and hash of its series.",
        ),
    ]
