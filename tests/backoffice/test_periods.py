"""Months at their desk: the accountant locks, opens and closes; the auditor looks; others see nothing."""

from datetime import date

import pytest
from django.urls import reverse

from accounting.models import FiscalYear, JournalEntry, Period
from erp import stocktaking
from erp.closing.models import Certificate
from erp.inventory.services import main_warehouse
from tests.backoffice.desk import list_url, page_url, told, words
from tests.chain.scenes import FRIDAY
from tests.chain.test_late import lock_month

MARCH = date(2026, 3, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def march(finished):
    return Period.objects.get(start=MARCH)


def url(name, period):
    return reverse(f"admin:{name}", args=[period.pk])


def post(client, name, period, **said):
    return client.post(url(name, period), {"_asked": "yes", **said} if said else {}, follow=True)


def test_the_list_says_at_a_glance_what_is_open(as_role, march):
    accountant = as_role("accountant")
    post(accountant, "lock_area", march, area="vat", reason="Declared")
    page = words(accountant.get(list_url(Period)))
    assert "open, but locked for VAT" in page
    assert "open: to be closed" in page


def test_an_area_is_locked_and_opened_with_a_reason(as_role, march):
    accountant = as_role("accountant")
    assert "Lock an area" in words(accountant.get(page_url(march)))
    assert "This field is required" in words(post(accountant, "lock_area", march, area="sales"))
    said = post(accountant, "lock_area", march, area="sales", reason="Handed over")
    assert told(said) == [("success", "2026-03 is locked for sales.")]
    assert "Handed over" in words(said)
    said = post(accountant, "open_area", march, area="sales", reason="A slip")
    assert told(said) == [("success", "2026-03 is open for sales again.")]
    march.refresh_from_db()
    assert not march.sales_locked


def test_a_month_is_closed_and_its_certificate_taken_away(as_role, march):
    accountant = as_role("accountant")
    asked = words(post(accountant, "close_period", march))
    assert "checks of the books find nothing" in asked
    assert "Close 2026-03 for good" in asked
    said = post(accountant, "close_period", march, reason="Declared")
    assert told(said) == [("success", "2026-03 is locked for good. Its certificate is kept.")]
    assert "Close the month" not in words(said)
    for role in ("accountant", "auditor"):
        taken = as_role(role).get(url("certificate", march))
        assert taken["Content-Type"] == "application/pdf"
        assert taken.content.startswith(b"%PDF")


def test_what_is_red_leads_to_its_cause_and_nothing_can_be_pressed(as_role, march):
    april = Period.objects.get(start=date(2026, 4, 1))
    asked = words(post(as_role("accountant"), "close_period", april))
    assert "2026-03 is still open." in asked
    assert page_url(march) in asked
    assert 'name="reason"' not in asked
    said = post(as_role("accountant"), "close_period", april, reason="Now")
    assert told(said)[0][0] == "error"
    assert not Certificate.objects.exists()


@pytest.mark.parametrize("name", ["lock_area", "open_area", "close_period"])
@pytest.mark.parametrize("role", ["auditor", "sales", "warehouse", "purchasing"])
def test_nobody_but_the_accountant_changes_a_month(as_role, march, role, name):
    answer = post(as_role(role), name, march, area="sales", reason="Why not")
    assert answer.status_code == 403
    assert as_role("accountant").get(url(name, march)).status_code == 405
    assert not Period.objects.filter(locked=True).exists()


def test_the_auditor_sees_months_and_no_button(as_role, march):
    page = words(as_role("auditor").get(page_url(march)))
    assert "to be closed" in page
    assert "Close the month" not in page
    assert as_role("warehouse").get(page_url(march)).status_code == 403
    assert as_role("warehouse").get(url("certificate", march)).status_code == 403


def test_a_year_shows_its_months_and_its_result(as_role, march):
    year = FiscalYear.objects.get()
    page = words(as_role("auditor").get(page_url(year)))
    assert "2026-12" in page
    assert "Result so far" in page
    assert "/admin/reports/balance-sheet/?on=2026-12-31" in page
    lock_month(date(2026, 12, 31))
    assert "closed: its result is carried as retained earnings" in words(
        as_role("auditor").get(page_url(year))
    )


def test_a_late_entry_is_marked_on_its_page_in_the_list_and_on_the_months(as_role, march, lamp):
    lock_month()
    wish = {"warehouse": main_warehouse(), "quantity": -1, "reason": "Broken", "on": FRIDAY, "key": "late"}
    stocktaking.adjust_stock(lamp, **wish)
    entry = JournalEntry.objects.get(source_key="adjustment:late")
    accountant = as_role("accountant")
    assert "Late for" in words(accountant.get(page_url(entry)))
    for url_of_list in (
        f"{list_url(JournalEntry)}?late_for__isempty=0",
        page_url(march),
        page_url(entry.period),
    ):
        assert str(entry) in words(accountant.get(url_of_list))
