"""Logs: a line a problem, a traceback for an error of ours alone, and never a secret."""

import io
import json
import logging
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounting.refusal import Refusal
from erp import logs
from erp.documents import outbox
from erp.documents.models import Outbox
from erp.documents.outbox import effect
from erp.invoicing.links import order_link
from tests.chain.scenes import place
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db
User = get_user_model()
CANARY = "canary5f0dsecret"
IBAN = "DE89370400440532013000"


class Failing:
    """An effect that fails by an error of the test's choice."""

    error: Exception

    def __call__(self, payload, *, now):
        raise self.error


failing = Failing()


@contextmanager
def written(formatter=None):
    """Give a function that returns what was logged so far, as the console would have it."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter or logs.Readable())
    handler.setLevel("WARNING")
    root.addHandler(handler)
    try:
        yield stream.getvalue
    finally:
        root.removeHandler(handler)


@pytest.fixture
def breaks(monkeypatch):
    """Let the list of products fail by an error, and return its answer and what was logged."""

    def ask(error, path="/catalogue/", formatter=None):
        def broken(*args):
            raise error

        monkeypatch.setattr("shop.catalogue.listing.shown", broken)
        client = Client(raise_request_exception=False)
        with written(formatter) as log:
            response = client.get(path)
            return response, log()

    return ask


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PermissionDenied("not yours"), 403),
        (SuspiciousOperation("odd"), 400),
        (OperationalError("server closed the connection"), 503),
    ],
)
def test_what_is_no_error_of_ours_takes_one_line(breaks, error, status):
    response, log = breaks(error)
    assert response.status_code == status
    assert "Traceback" not in log
    assert str(error) in log
    lines = log.splitlines()
    assert len(lines) == (1 if status < 500 else 2)  # of a database away, also that the page failed
    assert all(f"[{response['X-Request-ID']}]" in line for line in lines)


@pytest.mark.parametrize("path", ["/nowhere/", "/nowhere/%0D%0AForged: line"])
def test_a_page_that_is_not_there_takes_one_line(path):
    with written() as log:
        response = Client().get(path)
        assert response.status_code == 404
        (line,) = log().splitlines()
    assert "WARNING django.request" in line
    assert "/nowhere/" in line
    assert f"[{response['X-Request-ID']}]" in line


def test_a_stale_form_takes_one_line():
    with written() as log:
        assert Client(enforce_csrf_checks=True).post("/basket/update/").status_code == 403
        assert len(log().splitlines()) == 1


def test_an_error_of_ours_brings_its_traceback_once(breaks):
    response, log = breaks(ZeroDivisionError("by zero"))
    assert response.status_code == 500
    assert log.count("Traceback") == 1
    assert "ZeroDivisionError: by zero" in log
    assert f"ERROR django.request [{response['X-Request-ID']}]: " in log


def test_each_record_is_a_json_object_on_one_line(breaks):
    response, log = breaks(ZeroDivisionError("by\nzero"), formatter=logs.JsonLines())
    (told,) = map(json.loads, log.splitlines())
    assert told["request"] == response["X-Request-ID"]
    assert (told["level"], told["logger"]) == ("ERROR", "django.request")
    assert told["message"] == "Internal Server Error: /catalogue/"
    assert "ZeroDivisionError" in told["traceback"]
    assert told["time"][10] == "T"


@pytest.mark.parametrize(
    ("error", "is_ours"),
    [
        (Refusal("The account is missing."), False),
        (ConnectionRefusedError(111, "Connection refused"), False),
        (KeyError("a bug"), True),
    ],
)
def test_an_effect_that_fails_names_its_order(settings, error, is_ours):
    settings.OUTBOX_HANDLERS = {"failing": f"{__name__}.failing"}
    failing.error = error
    outbox.enqueue([effect("mail:1", "failing", order_number="26-000007")])
    with written() as log:
        outbox.deliver(Outbox.objects.get().pk, now=timezone.now())
        text = log()
    assert "[26-000007]: mail:1 failed" in text
    assert str(error) in text
    assert ("Traceback" in text) == is_ours
    assert is_ours or len(text.splitlines()) == 1


SECRETS = [
    f"password={CANARY}",
    f'{{"new_password1": "{CANARY}", "x": 1}}',
    f"csrfmiddlewaretoken={CANARY}&x=1",
    f"Cookie: a=1; sessionid={CANARY}; b={CANARY}",
    f"'HTTP_COOKIE': 'x={CANARY}; y={CANARY}'",
    f"Authorization: Bearer {CANARY}",
    f"sessionid: {CANARY}",
    f"No such key: sk_live_{CANARY}",
    f"whsec_{CANARY}",
    f"Stripe-Signature: t=1,v1={CANARY}",
    f"Not Found: /orders/{CANARY}:1abcde:{CANARY}/",
    f"Not Found: /accounts/reset/MQ/{CANARY}-{CANARY}/",
    f"GET /checkout/thank-you/{CANARY}:1abcde:{CANARY}/invoice-1.pdf",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("formatter", [logs.Readable, logs.JsonLines])
def test_no_secret_is_written_neither_in_words_nor_in_a_traceback(formatter, secret):
    with written(formatter()) as log:
        logging.getLogger("erp").warning("It says %s here", secret)
        try:
            raise ValueError(secret)
        except ValueError:
            logging.getLogger("erp").exception("It failed")
        assert CANARY not in log()
        assert log().count("[hidden]") >= 2


@pytest.mark.parametrize("account", [IBAN, "DE89 3704 0044 0532 0130 00", "MT84MALT011000012345MTLCAST001S"])
def test_of_a_bank_account_only_the_ends_are_written(account):
    said = logs.clean(f"refund to {account}, please")
    assert account not in said
    assert said.startswith(f"refund to {account[:4]}…")
    assert said.endswith(", please")


@pytest.mark.parametrize(
    "text",
    [
        "Not Found: /accounts/orders/26-000123/",
        "Order 26-000123: INVOICE 2026-000017 is issued.",
        "POST /orders/",
    ],
)
def test_what_is_no_secret_is_left_as_it_is(text):
    assert logs.clean(text) == text


def test_the_shop_in_use_writes_no_secret(settings, monkeypatch):
    """Wrong password, refused form, dead link, an error while all of them are there."""
    order = place(sale_line(ProductFactory(stock=(1, "4.00"))))
    link = urlsplit(order_link(order)).path
    User.objects.create_user("ada", "ada@example.com", CANARY)

    def broken(request, *args, **kwargs):
        raise RuntimeError(f"{request.COOKIES} {request.headers}")

    def careless(data, **kwargs):
        raise RuntimeError(f"{data.dict()}")

    client = Client(raise_request_exception=False, HTTP_AUTHORIZATION=f"Basic {CANARY}")
    with written() as log:
        client.post("/accounts/login/", {"username": "ada@example.com", "password": f"{CANARY}x"})
        client.post("/accounts/login/", {"username": "ada@example.com", "password": CANARY})
        session = client.cookies["sessionid"].value
        client.get(f"{link[:-1]}x/")
        client.get(f"/accounts/reset/MQ/{CANARY}-{CANARY}/x/")
        monkeypatch.setattr("shop.customer.views.ProfileForm", careless)
        client.post("/accounts/profile/", {"password": CANARY, "note": IBAN})
        monkeypatch.setattr("shop.catalogue.views.render", broken)
        client.get("/catalogue/")
        text = log()
    assert text.count("RuntimeError: {") == 2
    for secret in (CANARY, session, IBAN, link.split("/")[2]):
        assert secret not in text


def test_the_console_is_set_up_as_the_surroundings_say(monkeypatch):
    for form, level in (("text", "WARNING"), ("json", "INFO")):
        console = logs.configuration(form=form, level=level)["handlers"]["console"]
        assert (console["formatter"], console["level"]) == (form, level)
