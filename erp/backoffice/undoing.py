"""How an entry of the books is undone: one by hand by a button, any other by what caused it."""

from typing import Any

from accounting.models import EntryDraft, JournalEntry

from .actions import Button, button_for

AGREE = "accounting.change_entrydraft"


def how(entry: JournalEntry) -> str:
    """Return in a sentence how an entry is undone, where no button does it."""
    if entry.source_key.startswith("manual:") or _is_done(entry):
        return ""
    return "By what caused it: an invoice by its credit note, a payment by its refund, a list by undoing it."


def buttons(user: Any, entry: JournalEntry) -> list[Button]:
    """Return the button that reverses an entry by hand, to whoever may."""
    kept = EntryDraft.objects.filter(entry=entry).first()
    if kept is None or _is_done(entry) or not user.has_perm(AGREE):
        return []
    return [button_for(EntryDraft._meta, "undo", [kept.pk], label="Reverse…")]


def _is_done(entry: JournalEntry) -> bool:
    return entry.reverses is not None or JournalEntry.objects.filter(reverses=entry).exists()
