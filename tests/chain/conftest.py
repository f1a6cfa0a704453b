"""What the tests of the chain leave out."""

import pytest


@pytest.fixture(autouse=True)
def _papers_stay_undrawn(settings):
    """Leave drawing to the tests of the papers: here it would take most of the time."""
    settings.OUTBOX_HANDLERS = {**settings.OUTBOX_HANDLERS, "pdf": "tests.chain.scenes.leave_undrawn"}
