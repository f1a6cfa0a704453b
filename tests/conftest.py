"""What every test stands on. Fixtures of one subject live with its tests."""

from itertools import count

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import TransactionTestCase

from accounting import guards
from erp.invoicing import providers

CARDS = count()


@pytest.fixture(autouse=True)
def _a_sandbox_card_without_memories(settings, tmp_path_factory):
    """Give each test a sandbox card of its own: its books outlive our database, as a provider's do."""
    settings.SANDBOX_CARD = True
    settings.SANDBOX_CARD_BOOKS = tmp_path_factory.getbasetemp() / f"card-{next(CARDS)}"


@pytest.fixture(autouse=True, scope="session")
def _guards_step_aside_for_the_flush():
    """Let a test with real transactions empty the tables afterwards: the guards refuse that to everybody."""
    flush = TransactionTestCase._fixture_teardown

    def flush_unguarded(test):
        guards.drop()
        try:
            flush(test)
        finally:
            guards.install()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_unguarded)
        patch.setattr(DatabaseOperations, "sql_flush", delete_all)
        yield


def delete_all(operations, style, tables, **kwargs):
    """Empty tables row by row: TRUNCATE writes each table and index anew, which takes seconds a test."""
    return [f"DELETE FROM {operations.quote_name(table)}" for table in tables]


@pytest.fixture
def stripe(settings, monkeypatch):
    """A Stripe of our own that the shop is set up with. `hurry` lets the shop wait half a second only."""
    from erp.invoicing.providers import stripe_client
    from tests import stripe_fake, stripe_server

    monkeypatch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0.01)
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = stripe_fake.KEY, stripe_fake.SECRET
    settings.PAYMENT_PROVIDERS = [*settings.PAYMENT_PROVIDERS, *providers.OPTIONAL]
    with stripe_server.serving() as fake:
        settings.STRIPE_API_BASE = fake.url
        fake.hurry = lambda: monkeypatch.setattr(stripe_client, "TIMEOUT", (0.5, 0.5))
        yield fake
