"""Files to bring in, as text, and the way through the whole pipeline."""

from datetime import date

from erp.backoffice.intake import files, previewing, running
from erp.backoffice.intake.kinds import KINDS

TUESDAY = date(2026, 3, 3)


def sheet(*lines, mark=","):
    """Return a file of some lines, the first of which names the columns."""
    return "\n".join(mark.join(line.split(",")) for line in lines).encode()


def preview(kind, *lines):
    """Return what each row of a file would do."""
    return previewing.look(sheet(*lines), KINDS[kind]).wants


def fates(kind, *lines):
    return [want.fate for want in preview(kind, *lines)]


def why(kind, *lines):
    """Return what is wrong with a file: row, column, reason."""
    found = previewing.look(sheet(*lines), KINDS[kind])
    return [(row, column, reason) for row, column, _, reason in found.refusals()]


def keep(kind, *lines, name="list.csv"):
    """Upload a file; return the import to be looked at."""
    return previewing.keep(sheet(*lines), KINDS[kind], name=name)


def take(kind, *lines, mode="all"):
    """Bring a file in as far as it goes; return the import."""
    kept = keep(kind, *lines)
    running.accept(kept, mode=mode)
    return finish(kept)


def undo(kept):
    running.undo(kept)
    return finish(kept)


def finish(kept):
    while running.work(kept.pk, on=TUESDAY):
        pass
    kept.refresh_from_db()
    return kept


def refused(kept):
    return [(row, column, reason) for row, column, _, reason in files.refusals(kept)]


def round_trip(kind, form="csv"):
    """Return what all there is of a kind would do if it were brought in again."""
    found = previewing.look(files.everything(KINDS[kind], form), KINDS[kind])
    assert list(found.refusals()) == []
    return {want.fate for want in found.wants}
