"""Only the shop knows Oscar beyond its models. import-linter cannot look inside a foreign package."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

FILES = [path for part in ("accounting", "erp") for path in (Path(settings.BASE_DIR) / part).rglob("*.py")]


def imported(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, [name.name for name in node.names]
        elif isinstance(node, ast.Import):
            yield from ((name.name, []) for name in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_erp_and_the_books_import_nothing_of_oscar_but_models(path):
    for module, names in imported(path):
        if module.split(".")[0] != "oscar" or path.name == "settings.py":
            continue
        models = module.startswith("oscar.apps.") and module.endswith(".models")
        loading = module == "oscar.core.loading" and names == ["get_model"]
        assert models or loading, f"{path} imports {module}"
