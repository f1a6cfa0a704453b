"""What is pinned is all that is needed, on each Python that this runs on: pip looks for nothing more."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ["3.11.0", "3.11.2", "3.11.9", "3.12.0", "3.13.0"]


def pinned(*files):
    lines = "\n".join((ROOT / file).read_text() for file in files)
    return {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", lines, re.MULTILINE)}


def needed_by(name, python):
    surroundings = {
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": "linux",
        "platform_system": "Linux",
        "extra": "",
    }
    for text in distribution(name).requires or []:
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate(surroundings):
            yield canonicalize_name(wanted.name)


@pytest.mark.parametrize(
    "files",
    [
        ["requirements.txt"],
        ["requirements.txt", "requirements-stripe.txt"],
        ["requirements.txt", "requirements-dev.txt"],
    ],
)
@pytest.mark.parametrize("python", PYTHONS)
def test_what_the_packages_need_is_pinned_too(python, files):
    names = pinned(*files)
    assert len(names) > 40
    missing = {(name, need) for name in names for need in needed_by(name, python) if need not in names}
    assert missing == set()
