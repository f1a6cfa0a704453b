"""What holds of every report: who sees it, its files, and how days are chosen."""

from datetime import date
from decimal import Decimal

import pytest

from erp.backoffice.sheets.asking import Span, SpanForm, query
from erp.backoffice.sheets.registry import BEHIND, REPORTS
from erp.backoffice.sheets.sheet import DASH, Link, Read, Row, said
from tests.backoffice.desk import words

DAYS = {"start": "2026-03-01", "end": "2026-03-31", "on": "2026-03-31"}


@pytest.mark.django_db
class TestEveryReport:
    @pytest.mark.parametrize("role", ["accountant", "auditor"])
    def test_is_open_to_who_keeps_or_audits_the_books(self, as_role, finished, role):
        client = as_role(role)
        index = words(client.get("/admin/books/"))
        for slug, report in REPORTS.items():
            page = client.get(f"/admin/reports/{slug}/", DAYS)
            assert (slug, page.status_code) == (slug, 200)
            assert (slug, page.context["form"].errors) == (slug, {})
            assert (f'href="/admin/reports/{slug}/"' in index) == (report not in BEHIND)
            assert report.about
            for kind in ("csv", "xlsx"):
                file = client.get(f"/admin/reports/{slug}.{kind}", DAYS)
                assert (slug, kind, file.status_code) == (slug, kind, 200)
                assert b"".join(file.streaming_content)

    @pytest.mark.once
    @pytest.mark.parametrize("role", ["sales", "warehouse", "purchasing"])
    def test_is_closed_to_everybody_else_whatever_the_address(self, as_role, role):
        client = as_role(role)
        assert client.get("/admin/books/").status_code == 403
        for slug in REPORTS:
            paths = [f"/admin/reports/{slug}/", *(f"/admin/reports/{slug}.{kind}" for kind in ("csv", "pdf"))]
            assert [client.get(path, DAYS).status_code for path in paths] == [403] * 3, slug

    @pytest.mark.once
    def test_asks_for_a_login_first(self, client):
        for slug in REPORTS:
            assert client.get(f"/admin/reports/{slug}/").status_code == 302
            assert "/login/" in client.get(f"/admin/reports/{slug}.csv").url

    def test_begins_with_days_and_says_which_choice_they_are(self, office):
        for slug in REPORTS:
            page = office.get(f"/admin/reports/{slug}/")
            assert (slug, page.context["form"].is_valid()) == (slug, True)
        page = office.get("/admin/reports/trial-balance/")
        current = [name for name, _, is_current in page.context["shortcuts"] if is_current]
        assert "This year up to today" in current
        assert words(page).count('aria-current="true"') == len(current)

    def test_says_what_is_wrong_with_the_days_and_gives_no_file(self, office):
        wrong = {"start": "2026-12-31", "end": "2026-01-01"}
        page = office.get("/admin/reports/trial-balance/", wrong)
        assert "The first day comes after the last one." in words(page)
        assert "files" not in page.context
        file = office.get("/admin/reports/trial-balance.csv", wrong)
        assert file.url == "/admin/reports/trial-balance/?start=2026-12-31&end=2026-01-01"

    @pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01", "2100-01-01", "9999-12-31"])
    @pytest.mark.parametrize("beside", ["", "before", "year"])
    def test_of_a_day_that_must_be_a_slip_says_so(self, office, day, beside):
        for slug in REPORTS:
            asked = {"start": day, "end": day, "on": day, "compare": beside}
            page = office.get(f"/admin/reports/{slug}/", asked)
            is_known = not {"start", "on"} & page.context["form"].fields.keys()
            assert ("The books know the years 1990 to 2099" in words(page)) is not is_known, slug
            assert office.get(f"/admin/reports/{slug}.csv", asked).status_code in (200, 302)

    def test_that_there_is_not_is_not_found(self, office):
        assert office.get("/admin/reports/nothing/").status_code == 404
        assert office.get("/admin/reports/nothing.csv").status_code == 404
        assert office.get("/admin/reports/trial-balance.exe", DAYS).status_code == 404


@pytest.mark.once
class TestDays:
    @pytest.mark.parametrize(
        ("days", "before", "earlier"),
        [
            (("2026-01-01", "2026-01-31"), ("2025-12-01", "2025-12-31"), ("2025-01-01", "2025-01-31")),
            (("2024-02-01", "2024-02-29"), ("2024-01-01", "2024-01-31"), ("2023-02-01", "2023-02-28")),
            (("2025-02-01", "2025-02-28"), ("2025-01-01", "2025-01-31"), ("2024-02-01", "2024-02-29")),
            (("2024-02-29", "2024-02-29"), ("2024-02-28", "2024-02-28"), ("2023-02-28", "2023-02-28")),
            (("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31"), ("2025-01-01", "2025-12-31")),
            (("2026-03-10", "2026-03-16"), ("2026-03-03", "2026-03-09"), ("2025-03-10", "2025-03-16")),
        ],
    )
    def test_are_compared_with_as_many_before_or_the_same_a_year_earlier(self, days, before, earlier):
        span = Span(*map(date.fromisoformat, days))
        assert span.before() == Span(*map(date.fromisoformat, before))
        assert span.a_year_earlier() == Span(*map(date.fromisoformat, earlier))

    def test_stand_in_the_address_and_come_back_from_it(self):
        asked = SpanForm({"start": "2026-03-01", "end": "2026-03-31", "compare": "year"})
        assert asked.is_valid()
        assert query(asked, compare="") == "start=2026-03-01&end=2026-03-31"
        assert query(asked) == "start=2026-03-01&end=2026-03-31&compare=year"
        assert asked.describe() == "1 Mar 2026 to 31 Mar 2026, beside 1 Mar 2025 to 31 Mar 2025"


@pytest.mark.once
class TestRows:
    def test_that_are_long_are_read_only_as_far_as_they_are_shown(self):
        read = []

        def part(start, stop):
            read.append((start, stop))
            return [Row([number]) for number in range(start, stop)]

        rows = Read(lambda: 1000, part, lambda: iter([Row(["all"])]))
        assert [row.cells for row in rows[200:203]] == [[200], [201], [202]]
        assert len(rows[990:2000]) == 10
        assert (rows[7].cells, read[-1]) == ([7], (7, 8))
        assert [row.cells for row in rows] == [["all"]]
        assert read == [(200, 203), (990, 1000), (7, 8)]

    def test_show_no_money_as_a_dash_and_no_count_as_none(self):
        shown = [said(value) for value in (Decimal("0.00"), Link(Decimal("-1234.5"), "/x/"), 0, None, True)]
        assert shown == [DASH, "-1,234.50", 0, "", "yes"]
