"""Whoever tries too often is told to come back later; nobody is told which accounts there are."""

import time

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from erp.documents.models import Outbox
from shop import limits
from shop.cache import ForgivingRedisCache

from .buying import text

pytestmark = pytest.mark.django_db
User = get_user_model()
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _a_window_that_does_not_end_just_now(monkeypatch):
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_000)


@pytest.fixture
def ada():
    return User.objects.create_user("x7", "Ada@example.com", PASSWORD, is_staff=True)


def log_in(name="ada@example.com", password="wrong", *, at="/accounts/login/", **who):
    return Client().post(at, {"username": name, "password": password}, **who)


@pytest.mark.parametrize("at", ["/accounts/login/", "/admin/login/"])
@pytest.mark.parametrize("name", ["ada@example.com", "x7", "nobody@example.com"])
def test_the_fifth_wrong_password_locks_that_name_for_that_address(ada, at, name):
    answers = [log_in(name, at=at).status_code for _ in range(4)]
    assert answers == [200] * 4
    fifth = log_in(name.upper(), at=at)
    assert fifth.status_code == 429
    assert fifth["Retry-After"] == "900"
    assert "Please come back in 15 minutes" in text(fifth)

    assert log_in(name, PASSWORD, at=at).status_code == 429  # not even with the right one
    elsewhere = log_in(name, PASSWORD, at=at, REMOTE_ADDR="198.51.100.7")
    assert elsewhere.status_code == (200 if "nobody" in name else 302)


@pytest.mark.parametrize("name", ["ADA@example.com", "x7"])
def test_the_right_password_forgets_the_wrong_ones(ada, name):
    for _ in range(2):
        for _ in range(4):
            log_in(name)
        assert log_in(name, PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_an_attempt_keeps_no_password_and_no_token(ada):
    log_in(password="canary-of-a-password")
    assert "canary" not in str(AccessAttempt.objects.values())


def test_staff_and_customers_log_in_by_either_name_and_closed_accounts_by_none(ada):
    assert log_in("x7", PASSWORD).status_code == log_in("ADA@EXAMPLE.COM", PASSWORD).status_code == 302
    User.objects.update(is_active=False)
    assert log_in("x7", PASSWORD).status_code == 200


@pytest.mark.parametrize("name", ["ada@example.com", "nobody@example.com", "x7", "nobody"])
def test_one_password_is_hashed_for_each_login_in_production_whoever_asks(ada, name, monkeypatch):
    hashed, encode, verify = [], Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a: hashed.append(1) or encode(*a))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a: hashed.append(1) or verify(*a))
    log_in(name)
    assert len(hashed) == 1


def test_an_unknown_name_is_refused_as_fast_as_a_known_one_in_production(ada):
    took = {"ada@example.com": [], "nobody@example.com": []}
    for number in range(7):
        for name, seconds in took.items():
            began = time.process_time()
            log_in(name, REMOTE_ADDR=f"198.51.100.{number}")
            seconds.append(time.process_time() - began)
    known, unknown = map(min, took.values())
    assert 0.8 < unknown / known < 1.25


def test_a_link_takes_as_many_statements_for_nobody(ada):
    counts = []
    for email in ("ada@example.com", "nobody@example.com"):
        with CaptureQueriesContext(connection) as queries:
            Client().post("/accounts/reset/", {"email": email})
        counts.append(len(queries))
    assert counts[0] == counts[1] > 0


def test_a_link_for_nobody_is_a_row_that_names_nobody(ada):
    for email in ("ada@example.com", "nobody@example.com"):
        Client().post("/accounts/reset/", {"email": email})
    assert sorted(str(row.payload["user"]) for row in Outbox.objects.all()) == sorted(["None", str(ada.pk)])


@pytest.mark.parametrize(
    ("at", "data", "times"),
    [
        ("/accounts/login/", {}, 50),
        ("/admin/login/", {}, 50),
        ("/accounts/register/", {}, 20),
        ("/accounts/reset/", {}, 20),
        ("/basket/vouchers/add/", {"code": "X"}, 20),
        ("/search/", None, 120),
    ],
)
def test_too_many_from_one_address_are_asked_to_wait(at, data, times, monkeypatch):
    def ask(**who):
        client = Client()
        return client.get(at, **who) if data is None else client.post(at, data, **who)

    name = ask().resolver_match.view_name
    (limit, *_) = limits.LIMITS[name]
    assert limit.times == times
    monkeypatch.setitem(limits.LIMITS, name, (limits.Limit(3, 600, limit.method),))
    limits.cache.clear()

    assert [ask().status_code for _ in range(4)] == [200, 200, 200, 429]
    response = ask()
    assert response["Retry-After"] == "600"
    assert "Please come back in 10 minutes" in text(response)
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert ask(REMOTE_ADDR="198.51.100.7").status_code == 200
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_600)
    assert ask().status_code == 200


def test_no_mailbox_is_flooded_from_many_addresses(ada):
    answers = [
        Client().post("/accounts/reset/", {"email": "Ada@example.com "}, REMOTE_ADDR=f"198.51.100.{n}")
        for n in range(7)
    ]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429] * 2
    assert Client().post("/accounts/reset/", {"email": "eve@example.com"}).status_code == 302


def test_a_look_at_a_form_is_not_counted():
    assert {Client().get("/accounts/login/").status_code for _ in range(60)} == {200}


@pytest.mark.parametrize(
    ("header", "sent", "address"),
    [
        ("", {"HTTP_X_FORWARDED_FOR": "192.0.2.1"}, "127.0.0.1"),
        ("X-Forwarded-For", {"HTTP_X_FORWARDED_FOR": "192.0.2.1"}, "192.0.2.1"),
        ("X-Forwarded-For", {"HTTP_X_FORWARDED_FOR": "10.0.0.1, 192.0.2.1"}, "192.0.2.1"),
        ("X-Forwarded-For", {"HTTP_X_REAL_IP": "192.0.2.1"}, "127.0.0.1"),
        ("X-Real-IP", {"HTTP_X_REAL_IP": "192.0.2.1"}, "192.0.2.1"),
        ("X-Real-IP", {"HTTP_X_REAL_IP": "nonsense\0"}, "127.0.0.1"),
        ("", {"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::"),
        ("", {"REMOTE_ADDR": "::ffff:192.0.2.1"}, "192.0.2.1"),
        ("", {"REMOTE_ADDR": ""}, None),
    ],
)
def test_the_address_comes_from_a_header_only_where_it_is_trusted(settings, header, sent, address):
    settings.CLIENT_ADDRESS_HEADER = header
    assert limits.client_address(RequestFactory().get("/", **sent)) == address


@pytest.mark.parametrize("address", ["redis://127.0.0.1:6379/15", "redis://127.0.0.1:1/0"])
def test_redis_counts_and_without_it_nobody_is_kept_out(monkeypatch, address):
    cache = ForgivingRedisCache(address, {"KEY_PREFIX": "test_limits"})
    monkeypatch.setattr(limits, "cache", cache)
    request = RequestFactory().post("/")
    try:
        waits = [limits.exceeded(request, "test", limits.Limit(2, 60), now=90) for _ in range(4)]
    finally:
        cache.delete_many([f"limit:{limits.hashlib.sha256(b'test::1:127.0.0.1').hexdigest()}"])
    assert waits == ([0, 0, 30, 30] if ":6379" in address else [0] * 4)


def test_limits_can_be_switched_off(settings):
    settings.RATE_LIMITS = False
    assert {Client().post("/accounts/register/", {}).status_code for _ in range(25)} == {200}


def test_production_is_told_where_all_customers_would_be_one(settings, capsys):
    call_command("check", deploy=True, tags=["security"])
    assert "CLIENT_ADDRESS_HEADER is not set" in capsys.readouterr().err
    settings.CLIENT_ADDRESS_HEADER = "X-Forwarded-For"
    call_command("check", deploy=True, tags=["security"])
    assert "CLIENT_ADDRESS_HEADER" not in capsys.readouterr().err
