"""What holds on every page: headers, legal pages, nothing from elsewhere, sentences instead of errors."""

import re

import pytest
from django.contrib.flatpages.models import FlatPage
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sites.models import Site
from django.db import OperationalError
from django.test import Client

from shop import pages
from shop.cache import ForgivingRedisCache

from .buying import ADDRESS, product, put, text

pytestmark = pytest.mark.django_db
PAGES = [
    "/",
    "/catalogue/",
    "/basket/",
    "/accounts/login/",
    "/accounts/register/",
    "/shipping/",
    *pages.PAGES,
]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_loads_from_its_own_host_and_runs_no_inline_script(client, address):
    product(description="Sturdy")
    response = client.get(address)
    page = response.content.decode()
    assert response.status_code == 200
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert not re.findall(
        r'(?:src|href|action)="(?:https?:)?//', page.replace('rel="canonical" href="http', "")
    )
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", page)
    assert '<main id="content"' in page
    assert 'href="#content"' in page


@pytest.mark.parametrize("address", pages.PAGES)
def test_the_legal_pages_are_linked_from_the_foot_and_can_be_edited(client, address):
    assert f'href="{address}"' in text(client.get("/"))
    FlatPage.objects.filter(url=address).update(content="<p>Our own words.</p>")
    pages.seed()
    assert "Our own words." in text(client.get(address))


def test_the_imprint_names_the_company(client):
    assert "Your company" in text(client.get("/imprint/"))


def test_seeding_again_adds_nothing():
    pages.seed()
    assert FlatPage.objects.count() == len(pages.PAGES)
    assert all(Site.objects.get_current() in page.sites.all() for page in FlatPage.objects.all())


def test_what_shipping_costs_is_on_its_page(client, standard):
    page = text(client.get("/shipping/"))
    assert "€5.95" in page
    assert "free from €200.00" in page


def test_an_unknown_address_is_answered_kindly(client):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing here" in text(response)


@pytest.mark.parametrize(
    "address",
    [
        "/offers/%00/",
        "/catalogue/ranges/%00/",
        "/accounts/orders/%00/",
        "/orders/%00/",
        f"/catalogue/table_{'9' * 5000}/",
        f"/catalogue/category/tables_{'9' * 5000}/",
        f"/basket/add/{'9' * 30}/",
    ],
)
def test_an_address_no_database_can_look_up_leads_nowhere(client, address):
    assert client.get(address).status_code in (404, 405, 410)
    assert client.post(address).status_code in (404, 405)


def test_a_stale_form_is_answered_by_a_sentence():
    response = Client(enforce_csrf_checks=True).post("/basket/update/")
    assert response.status_code == 403
    assert "Nothing was changed" in text(response)


@pytest.mark.parametrize("debug", [True, False])
def test_a_database_that_is_away_is_answered_by_a_sentence(client, monkeypatch, settings, debug):
    settings.DEBUG = debug

    def away(*args):
        raise OperationalError("could not connect to server")

    monkeypatch.setattr("shop.catalogue.listing.shown", away)
    client.raise_request_exception = False
    response = client.get("/catalogue/")
    assert response.status_code == 503
    assert "Something is not working right now" in text(response)


def test_a_session_that_cannot_be_kept_is_answered_by_a_sentence(client, monkeypatch):
    def locked(*args, **kwargs):
        raise UpdateError

    put(client, product())
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.save", locked)
    response = client.post("/checkout/", ADDRESS)
    assert response.status_code == 400
    assert "nothing was changed" in text(response)


def test_a_redis_that_is_away_is_an_empty_cache():
    cache = ForgivingRedisCache("redis://127.0.0.1:1/0", {})
    cache.set("key", 1)
    cache.set_many({"key": 1})
    cache.delete_many(["key"])
    assert cache.get("key", "nothing") == "nothing"
    assert cache.get_many(["key"]) == {}
    assert not cache.add("key", 1)
    assert not cache.delete("key")
    assert "key" not in cache


def test_the_dashboard_of_oscar_is_not_mounted(client):
    for address in ("/dashboard/", "/accounts/wishlists/", "/wishlists/"):
        assert client.get(address).status_code == 404


def test_also_a_trial_says_in_its_own_words_that_there_is_nothing(client, settings):
    settings.DEBUG = True
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert "There is nothing here" in text(response)
    assert client.get("/terms").url == "/terms/"
    assert client.get("/terms/").status_code == 200
