"""Two people press at the same moment: an entry by hand is posted once and undone once."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.contrib.auth.models import User

from accounting import chart, drafts, ledger
from accounting.by_hand import DraftedLine
from accounting.models import JournalEntry
from tests.books import is_sound
from tests.chain.threads import split, together

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 3, 2)


def test_an_entry_that_two_agree_to_and_two_undo_is_posted_and_undone_once():
    ruth, otto, mia = (User.objects.create_user(name) for name in ("ruth", "otto", "mia"))
    lines = [
        DraftedLine(chart.account(name), Decimal(sum)) for name, sum in (("6320", "90"), ("BANK", "-90"))
    ]
    kept = drafts.draft(drafts.Wording(date(2026, 2, 2), "Rent", lines), on=TODAY, by=ruth)
    drafts.hand_in(kept, limit=Decimal("50"), on=TODAY, by=ruth)

    done, refused = split(together(partial(drafts.approve, kept, on=TODAY, by=by) for by in (otto, mia)))
    assert (len(done), [type(error) for error in refused]) == (1, [drafts.NotNow])
    assert ledger.balance("6320") == Decimal("90.00")

    undo = partial(drafts.reverse_on, kept, day=TODAY, limit=None, on=TODAY, by=otto)
    done, refused = split(together([undo, undo, partial(drafts.undo_as_planned, kept, on=TODAY)]))
    assert {type(error) for error in refused} <= {drafts.NotNow}
    assert len(refused) == 1
    assert (ledger.balance("6320"), JournalEntry.objects.count()) == (0, 2)
    assert is_sound()
