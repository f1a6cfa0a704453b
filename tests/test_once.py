"""What the run on PostgreSQL leaves out speaks of no rule of a database: no SQL, no refusal, no race."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
LEFT_OUT = re.compile(r"^(pytestmark = .*|    )pytest\.mark\.(once|browser)", re.MULTILINE)
OF_A_DATABASE = re.compile(r"cursor\(|IntegrityError|DatabaseError|select_for_update|chain\.threads|guards")

pytestmark = pytest.mark.once

MODULES = [path for path in sorted(HERE.rglob("test_*.py")) if LEFT_OUT.search(path.read_text())]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HERE)))
def test_it_says_nothing_about_a_database(path):
    if path.name != Path(__file__).name:
        assert OF_A_DATABASE.findall(path.read_text()) == []


def test_some_are_left_out_and_most_are_not():
    assert 20 < len(MODULES) < len(list(HERE.rglob("test_*.py"))) / 3
