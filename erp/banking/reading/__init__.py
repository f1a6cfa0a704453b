"""Reads what banks and providers write: CAMT.053 and CSV. Nothing is written into the database here."""
