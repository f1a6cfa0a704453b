"""The company whose papers these are."""

import pytest

from tests.papers.scenes import name_company


@pytest.fixture(autouse=True)
def firm(request):
    """Give the company what the law wants on papers."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        name_company()
