"""Files of the books are taken away by page and by command: the same bytes, and each is written down."""

import hashlib
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounting.exports import FORMATS
from accounting.models import ExportRecord
from erp.backoffice.taking_away import KINDS
from erp.documents.models import Company
from tests.backoffice.desk import list_url, page_url, words

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGE = "/admin/books/exports/"
DAYS = {"start": "2026-03-01", "end": "2026-03-31"}
RANGE = ("--from", DAYS["start"], "--to", DAYS["end"])
NUMBERS = {"datev_consultant": "1001", "datev_client": "1", "siren": "123 456 789"}


def taken(client, kind, **said):
    """Return the bytes of a file that somebody takes on the page."""
    response = client.post(PAGE, {"kind": kind, **DAYS, **said})
    assert "attachment" in response["Content-Disposition"]
    return b"".join(response.streaming_content)


def command(name, *arguments, **options):
    """Run a command; return what it writes to standard output and to standard error."""
    out, errors = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    call_command(name, *arguments, stdout=out, stderr=errors, **options)
    return out.buffer.getvalue(), errors.getvalue()


@pytest.fixture
def numbered():
    Company.objects.update(**NUMBERS)


@pytest.mark.parametrize("kind", KINDS)
def test_page_and_command_hand_out_the_same_bytes_and_write_each_down(
    office, finished, numbered, tmp_path, kind
):
    name = ["export_documents"] if kind == "documents" else ["export_ledger", "--format", kind]
    downloaded = taken(office, kind)
    printed, said = command(*name, *RANGE)
    command(*name, *RANGE, "--output", str(tmp_path / "file"))

    assert downloaded == printed == (tmp_path / "file").read_bytes()
    assert len(downloaded) > 200
    sha256 = hashlib.sha256(downloaded).hexdigest()
    assert said.startswith(f"{sha256}  ")
    by_page, by_command, _ = ExportRecord.objects.order_by("pk")
    assert (by_page.user.username, by_command.user) == ("administrator", None)
    for row in (by_page, by_command):
        assert (row.format, row.sha256, row.size) == (kind, sha256, len(downloaded))
        assert (str(row.start), str(row.end)) == tuple(DAYS.values())
        assert row.rows > 0


@pytest.mark.parametrize("role", ["accountant", "auditor"])
def test_who_keeps_or_audits_the_books_takes_them_away(as_role, finished, role):
    client = as_role(role)
    assert PAGE in words(client.get("/admin/books/"))
    assert client.get(PAGE).status_code == 200
    assert taken(client, "gl").startswith(b"entry_no,")
    assert words(client.get(list_url(ExportRecord))).count("gl.csv") == 1
    assert ExportRecord.objects.get().sha256 in words(client.get(page_url(ExportRecord.objects.get())))


@pytest.mark.parametrize("role", ["sales", "warehouse", "purchasing"])
def test_nobody_else_does_whatever_the_address(as_role, role):
    client = as_role(role)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"kind": "gl", **DAYS}).status_code == 403
    assert not ExportRecord.objects.exists()


def test_to_look_at_the_page_writes_nothing_down(office, finished):
    page = office.get(PAGE, {"kind": "gl", **DAYS})
    assert page.status_code == 200
    assert 'type="date"' in words(page)
    assert not ExportRecord.objects.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"start": "2026-12-31", "end": "2026-01-01"}, "The first day comes after the last one."),
        ({"start": "x"}, "Enter a valid date."),
        ({"kind": "nothing"}, "Select a valid choice."),
        ({"kind": "datev"}, "DATEV needs its number of the consultant, from 1001 to 9999999"),
        ({"kind": "fec"}, "A FEC is named by the SIREN, nine digits"),
        ({"kind": "xero", "bom": "on"}, "Xero cannot be written with a mark of UTF-8."),
    ],
)
def test_a_refusal_is_a_sentence_on_the_page(office, finished, said, sentence):
    assert sentence in words(office.post(PAGE, {"kind": "gl", **DAYS, **said}))
    assert not ExportRecord.objects.exists()


def test_a_record_stays_as_it_is(office, finished):
    taken(office, "trial-balance")
    row = ExportRecord.objects.get()
    office.post(page_url(row), {"name": "other"})
    row.refresh_from_db()
    assert row.name == "trial_balance.csv"
    assert office.get(f"{list_url(ExportRecord)}add/").status_code == 403


class TestTheCommandRefuses:
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["--from", "31.12.2026"], "'31.12.2026' is not a day such as 2026-01-31."),
            (["--from", "2026-12-31", "--to", "2026-01-01"], "comes after the last one"),
            (["--output", "/nowhere/books.csv"], "/nowhere/books.csv cannot be written: No such file"),
            (["--from", "0001-01-01"], "The books know the years 1990 to 2099, not 0001-01-01."),
            (["--utf8"], "General ledger cannot be written with another encoding."),
        ],
    )
    def test_in_a_sentence(self, arguments, sentence):
        with pytest.raises(CommandError, match=sentence):
            call_command("export_ledger", "--format", "gl", *arguments)

    def test_a_database_that_is_away(self, monkeypatch):
        def away(*args):
            raise OperationalError("connection refused")

        monkeypatch.setattr(type(FORMATS["gl"]), "parts_of", away)
        with pytest.raises(CommandError, match="The database does not answer: connection refused"):
            call_command("export_ledger", "--format", "gl")


def test_whoever_reads_the_output_may_have_enough_of_it(finished, monkeypatch):
    class Closed(io.BytesIO):
        def write(self, content):
            raise BrokenPipeError

    devnull = []
    monkeypatch.setattr("os.dup2", lambda *pair: devnull.append(pair))
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(Closed()))
    monkeypatch.setattr("sys.stdout.fileno", lambda: 1, raising=False)
    call_command("export_ledger", "--format", "gl", stdout=io.TextIOWrapper(Closed()), stderr=io.StringIO())
    assert [number for _, number in devnull] == [1]
