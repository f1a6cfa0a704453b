"""Entries written past the books, as an attacker would."""

from django.db import connection

from accounting.chart import account
from accounting.models import JournalEntry, JournalSequence
from accounting.periods import period_for

from .scenes import MONDAY

ADD_LINE = """
    INSERT INTO accounting_journalline
        (entry_id, line_no, account_id, amount, date, party_id, tax_code_id, memo, currency)
    VALUES (%s, %s, %s, %s, %s, %s, %s, '', '')
"""
MOVE_COUNTER = """
    UPDATE accounting_journalsequence SET last_no = last_no + 1, last_hash = 'forged'
    WHERE journal = %s AND fiscal_year_id = %s
"""
SET_POSTED = """
    UPDATE accounting_journalentry SET number = %s, hash = %s, posted_at = CURRENT_TIMESTAMP WHERE id = %s
"""


def execute(sql, values=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def draft(*lines, key="draft:1", day=MONDAY, period=None, year=None, journal="GENERAL"):
    """Insert a draft as an attacker would; lines are (role, amount in minor units, party, tax code)."""
    period = period or period_for(day)
    entry = JournalEntry.objects.create(
        journal=journal,
        date=day,
        fiscal_year_id=year or period.fiscal_year_id,
        period=period,
        source_key=key,
        digest="x",
    )
    for number, (role, amount, *rest) in enumerate(lines, start=1):
        add_line(entry, number, role, amount, *rest)
    return entry


def add_line(entry, number, role, amount, party=None, tax_code=None):
    keys = [party and party.pk, tax_code and tax_code.pk]
    execute(ADD_LINE, [entry.pk, number, account(role).pk, amount, entry.date, *keys])


def force(entry):
    """Post a draft by hand, moving its counter as the books do."""
    place = {"journal": entry.journal, "fiscal_year_id": entry.fiscal_year_id}
    JournalSequence.objects.get_or_create(**place)
    execute(MOVE_COUNTER, list(place.values()))
    set_number(entry, JournalSequence.objects.get(**place).last_no, "forged")


def set_number(entry, number, digest):
    execute(SET_POSTED, [number, digest, entry.pk])
