"""Accounts: register, log in, change, and get back in."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.utils import timezone

from erp.documents import outbox

from .buying import text

pytestmark = pytest.mark.django_db
User = get_user_model()
PASSWORD = "correct horse battery"
NEW = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "password": PASSWORD}


@pytest.fixture
def ada(client):
    client.post("/accounts/register/", NEW)
    return User.objects.get()


def test_somebody_registers_logs_out_and_in_again(client, ada):
    assert "Your orders" in text(client.get("/accounts/orders/"))
    client.post("/accounts/logout/")
    assert client.get("/accounts/orders/").url == "/accounts/login/?next=/accounts/orders/"
    response = client.post("/accounts/login/", {"username": "ADA@example.com", "password": PASSWORD})
    assert response.url == "/accounts/orders/"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "Ada@Example.com"}, "already an account"),
        ({"email": "x"}, "valid email"),
        ({"email": "eve@example.com", "password": "short"}, "too short"),
        ({"email": "eve@example.com", "password": "password123"}, "too common"),
    ],
)
def test_a_second_account_that_cannot_be(client, ada, change, sentence):
    other = type(client)()
    assert sentence in text(other.post("/accounts/register/", NEW | change))
    assert User.objects.count() == 1


def test_a_wrong_password_does_not_tell_whether_the_account_exists(client, ada):
    other = type(client)()
    pages = [
        text(other.post("/accounts/login/", {"username": email, "password": "wrong"}))
        for email in ("ada@example.com", "nobody@example.com")
    ]
    assert all("do not belong together" in page for page in pages)


def test_login_leads_to_no_other_site(client, ada):
    for page in ("/accounts/login/?next=https://evil.example/", "/accounts/register/?next=//evil.example/"):
        other = type(client)()
        data = NEW | {
            "username": "ada@example.com",
            "email": "eve@example.com",
            "next": "https://evil.example/",
        }
        assert other.post(page, data).url == "/accounts/orders/"


def test_a_new_address_needs_the_password(client, ada):
    change = {"first_name": "Ada", "last_name": "King", "email": "eve@example.com"}
    assert "enter your current password" in text(client.post("/accounts/profile/", change))
    assert "enter your current password" in text(
        client.post("/accounts/profile/", change | {"password": "wrong"})
    )
    assert User.objects.get().email == "ada@example.com"
    client.post("/accounts/profile/", change | {"password": PASSWORD})
    assert User.objects.get().email == "eve@example.com"


def test_a_new_name_needs_no_password(client, ada):
    client.post("/accounts/profile/", {"first_name": "Ada", "last_name": "King", "email": "ada@example.com"})
    assert User.objects.get().last_name == "King"


def test_the_password_is_changed(client, ada):
    new = "another horse battery"
    client.post("/accounts/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert User.objects.get().check_password(new)


def test_a_forgotten_password_is_set_anew_by_a_link_once(client, ada):
    other = type(client)()
    for email in ("ada@example.com", "nobody@example.com"):
        assert other.post("/accounts/reset/", {"email": email}).url == "/accounts/reset/sent/"
    assert outbox.run_due(timezone.now()) == 2  # as many rows for nobody, and no mail
    assert len(mail.outbox) == 1
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    form = other.get(link).url
    other.post(form, {"new_password1": "third horse battery", "new_password2": "third horse battery"})
    assert User.objects.get().check_password("third horse battery")
    assert "used before or is too old" in text(other.get(link, follow=True))
