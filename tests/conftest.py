"""What every test stands on. Fixtures of one subject live with its tests."""

from itertools import count

import pytest
from django.db import connection
from django.test import TransactionTestCase

from erp.invoicing import providers
from tests import pristine

CARDS = count()


@pytest.fixture(autouse=True)
def _a_sandbox_card_without_memories(settings, tmp_path_factory):
    """Give each test a sandbox card of its own: its books outlive our database, as a provider's do."""
    settings.SANDBOX_CARD = True
    settings.SANDBOX_CARD_BOOKS = tmp_path_factory.getbasetemp() / f"card-{next(CARDS)}"


@pytest.fixture(autouse=True)
def _cheap_hashes(settings, request):
    """Hash passwords as in production only where that is what is looked at: it takes a fifth of a second."""
    if "production" not in request.node.name:
        cheap = "django.contrib.auth.hashers.MD5PasswordHasher"
        settings.PASSWORD_HASHERS = [cheap, *settings.PASSWORD_HASHERS]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Wait for no disk at a commit. Processes are killed by the tests, but the machine is not."""
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "sqlite":
        options["init_command"] += "PRAGMA synchronous=OFF;"
    else:
        options["options"] = "-c synchronous_commit=off"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Give the database back as it was made after each test with real transactions."""
    with django_db_blocker.unblock():
        give_back = pristine.keep()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: give_back())
        yield


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
