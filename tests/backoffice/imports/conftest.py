"""Imports a text as `manage.py import_orders` imports a file."""

import csv

import pytest
from django.core.management import call_command

from tests.backoffice.imports.history import HEADER


@pytest.fixture
def bring_in(tmp_path, capsys):
    """Return a function that imports a text, and gives what it printed and the rows of its report."""

    def import_text(text, *options, header=HEADER, name="history.csv"):
        file = tmp_path / name
        file.write_text(f"{header}\n{text}" if header else text, encoding="utf-8")
        return bring_in_file(file, *options)

    def bring_in_file(file, *options):
        report = tmp_path / "report.csv"
        call_command("import_orders", str(file), "--report", str(report), *options)
        with report.open(encoding="utf-8", newline="") as stream:
            return capsys.readouterr().out, list(csv.DictReader(stream))

    import_text.file = bring_in_file
    return import_text
