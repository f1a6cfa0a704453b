"""All checks are run at night and on demand; what they find is kept and leads to its cause."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounting.finding import Finding
from erp.closing import checks, verifying
from erp.closing.models import Verification
from erp.documents.models import Outbox
from erp.sales.models import Step
from tests.chain.scenes import work

from .desk import list_url, page_url, told, words

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 3, 9, 2, tzinfo=UTC)


def fail_a_step():
    Step.objects.filter(name="ship").update(state="failed", reason="The van broke down")


def test_a_run_is_kept_with_what_it_found(ordered):
    green = verifying.verify(now=NIGHT)
    fail_a_step()
    red = verifying.verify(now=NIGHT)

    assert green.findings == []
    assert green.checks == len(list(checks.checks()))
    [finding] = Verification.objects.get(pk=red.pk).findings
    assert finding["check"].startswith("11 No step has failed")
    assert "The van broke down" in finding["text"]
    assert verifying.last_green() == green.finished_at
    assert verifying.findings_of_last_run() == [finding]


def test_a_check_that_stumbles_has_found_something(ordered, monkeypatch):
    def stumbles():
        """1 What cannot be read."""
        raise KeyError("nobody")

    monkeypatch.setattr(verifying, "checks", lambda: [stumbles])
    [finding] = verifying.verify(now=NIGHT).findings
    assert finding == {
        "check": "1 What cannot be read.",
        "text": "This could not be checked: KeyError: 'nobody'",
        "about": "",
    }


def test_each_night_brings_a_run(ordered):
    verifying.run({}, now=NIGHT)
    assert Verification.objects.get().user is None


@pytest.mark.parametrize(
    ("about", "place"), [("invoice:7", "invoice:7"), (None, ""), (Step(pk=7), "sales.step:7")]
)
def test_a_finding_says_where_to_look(about, place):
    assert verifying.place_of(Finding("Look here.", about)) == place
    assert verifying.place_of("Look.") == ""


def test_the_command_keeps_its_run_unless_told_not_to(ordered, capsys):
    fail_a_step()
    for options in ([], ["--no-record"]):
        with pytest.raises(CommandError, match="1 finding: the books are not sound"):
            call_command("verify_books", *options)
    assert Verification.objects.count() == 1


class TestDesk:
    def test_the_button_has_all_checks_run_in_the_background(self, ordered, as_role):
        office = as_role("accountant")
        assert "Run all checks now" in words(office.get(list_url(Verification)))
        response = office.post(reverse("admin:run_checks"), follow=True)
        assert told(response) == [("success", "The checks run in the background: look again in a moment.")]
        work()
        assert Verification.objects.get().user.username == "accountant"
        assert "All was well last on" in words(office.get(list_url(Verification)))

    def test_a_finding_leads_to_its_cause_and_alarms_on_the_first_page(self, ordered, as_role):
        office = as_role("accountant")
        fail_a_step()
        run = verifying.verify(now=NIGHT)
        shown = words(office.get(page_url(run)))
        assert "The van broke down" in shown
        assert page_url(Step.objects.get(name="ship")) in shown
        assert 'class="alarm"' in words(office.get(reverse("admin:index")))

    def test_an_auditor_reads_and_does_not_run(self, ordered, as_role):
        auditor = as_role("auditor")
        run = verifying.verify(now=NIGHT)
        assert "nothing: all is well" in words(auditor.get(page_url(run)))
        assert "Run all checks now" not in words(auditor.get(list_url(Verification)))
        assert auditor.post(reverse("admin:run_checks")).status_code == 403
        assert not Outbox.objects.filter(topic="verify").exists()

    def test_others_see_nothing_of_it(self, ordered, as_role):
        for role in ("sales", "warehouse", "purchasing"):
            assert as_role(role).get(list_url(Verification)).status_code == 403
