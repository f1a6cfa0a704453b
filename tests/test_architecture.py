"""The shape of the code, checked. Imports are held by import-linter; here is the rest, and that it holds."""

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
OURS = ("accounting", "erp", "shop")
SOURCES = [
    path
    for part in (*OURS, "bootstrap", "tests", "benchmarks")
    for path in sorted((ROOT / part).rglob("*.py"))
    if "migrations" not in path.parts
]
UNSPOKEN = {"__init__.py", "apps.py"}
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
RULES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


CODE = [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "tests"]


def name_of(path):
    return str(path.relative_to(ROOT))


def ours(*parts):
    return [path for path in SOURCES if path.relative_to(ROOT).parts[0] in parts]


# Foreign keys are dependencies too, even when they are written as strings.


def floors():
    """Return the floor of each app from the ground up, as the import contracts have them."""
    layers = next(rule["layers"] for rule in RULES if rule.get("containers") == ["erp"])
    inside_erp = [part.strip() for layer in reversed(layers) for part in layer.split(":")]
    level = {
        f"erp.{part.strip()}": height
        for height, layer in enumerate(reversed(layers), start=1)
        for part in layer.split(":")
    }
    assert len(level) == len(inside_erp)
    return {"accounting": 0, "shop": len(layers) + 1} | level


def floor_of(model):
    """Return the height of a model's app. Oscar's and Django's are the ground that all stand on."""
    return floors().get(model._meta.app_config.name, -1)


def our_relations():
    """Yield each relation of our models. A fork of an Oscar app (shop.basket) has Oscar's, and no other."""
    for model in apps.get_models():
        name = model._meta.app_config.name
        if name.split(".")[0] in OURS and not name.startswith("shop."):
            for field in model._meta.get_fields():
                if field.is_relation and field.concrete and field.related_model:
                    yield field, model, field.related_model


def test_foreign_keys_point_down():
    relations = list(our_relations())
    assert len(relations) > 50
    wrong = [
        str(field)
        for field, model, target in relations
        if floor_of(model) <= floor_of(target) and model._meta.app_label != target._meta.app_label
    ]
    assert wrong == []


def test_no_app_of_erp_is_without_a_floor():
    named = {config.name for config in apps.get_app_configs() if config.name.split(".")[0] == "erp"}
    assert named <= floors().keys()


# Everything fits on a screen.


def test_a_file_has_at_most_300_lines():
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_a_function_has_at_most_40_lines():
    functions = [
        (name_of(path), node.name, node.end_lineno - node.lineno + 1)
        for path in CODE
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(functions) > 500
    assert [found for found in functions if found[2] > 40] == []
    assert sorted(length for *_, length in functions)[len(functions) // 2] <= 10


def test_the_chain_is_read_at_one_go():
    assert len((ROOT / "erp/order_to_cash.py").read_text().splitlines()) < 150


def test_a_module_begins_with_a_sentence():
    dumb = [
        name_of(path) for path in SOURCES if path.name not in UNSPOKEN and not ast.get_docstring(TREES[path])
    ]
    assert dumb == []


# Business rules are called, never signalled; and what runs later runs from the outbox.

SIGNALS = {
    "pre_save",
    "post_save",
    "pre_delete",
    "post_delete",
    "m2m_changed",
    "receiver",
    "order_placed",
    "order_status_changed",
}
# Forgets cached addresses of categories: no rule of the business.
SIGNALLED = {"shop/apps.py"}


def using(*names):
    """Return the files of product code in which one of some names stands."""
    return {name_of(path) for path in ours(*OURS) if set(names) & set(names_in(path))}


def names_in(path):
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name.rsplit(".", 1)[-1]


def test_no_business_rule_hangs_on_a_signal():
    assert using(*SIGNALS) <= SIGNALLED


def test_only_the_outbox_hurries_background_work():
    assert using("delay", "apply_async", "send_task") == {"erp/documents/outbox.py"}


def test_tasks_take_ids_only():
    tasks = [
        node
        for path in ours(*OURS)
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.FunctionDef) and any(map(is_task, node.decorator_list))
    ]
    assert tasks
    for node in tasks:
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        assert all(argument.annotation and argument.annotation.id == "int" for argument in arguments)


def is_task(decorator):
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in {"shared_task", "task"}


def test_everything_is_caught_in_three_places_alone():
    assert sorted(catchers()) == [
        "erp/closing/verifying.py:_found",
        "erp/documents/outbox.py:deliver",
        "erp/sales/steps.py:attempt",
    ]


def catchers():
    """Yield who catches everything: file and function."""
    for path in ours(*OURS):
        for function in ast.walk(TREES[path]):
            if isinstance(function, ast.FunctionDef):
                handlers = [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler)]
                if any(map(catches_all, handlers)):
                    yield f"{name_of(path)}:{function.name}"


def catches_all(handler):
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in {"Exception", "BaseException"} for kind in caught)


def test_nothing_is_called_a_drawer_for_odds_and_ends():
    drawers = {"utils", "helpers", "common", "manager", "handler", "misc"}
    assert [name_of(path) for path in ours(*OURS) if path.stem in drawers] == []


# Papers show what they are given, and fetch nothing.


def test_only_one_module_draws_pdfs():
    assert using("HTML") == {"erp/invoicing/pdf.py"}


def test_no_paper_prints_what_it_did_not_escape():
    papers = [*(ROOT / "templates" / "documents").rglob("*.*")]
    assert len(papers) > 2
    for path in papers:
        words = path.read_text(encoding="utf-8").replace(" ", "")
        assert "|safe" not in words
        assert "autoescapeoff" not in words or path.suffix == ".txt"


# The import contracts are kept, and each of them breaks where it is violated.

VIOLATIONS = {
    "shop, then erp": ("erp/documents/violation.py", "import shop.apps"),
    "inside erp": ("erp/documents/violation.py", "import erp.sales.models"),
    "do not know each other": ("shop/violation.py", "import erp.backoffice.apps"),
    "inside the shop": ("shop/customer/violation.py", "import shop.basket"),
    "books know no shop": ("accounting/violation.py", "import oscar"),
}


def lint_imports(folder):
    command = [Path(sys.executable).parent / "lint-imports", "--config", "pyproject.toml", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    for part in OURS:
        ignored = shutil.ignore_patterns("*.pyc", "fonts", "*.json", "pictures")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_import_contracts_are_kept(copy):
    answer = lint_imports(copy)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("rule", [rule["name"] for rule in RULES])
def test_each_import_contract_breaks_where_it_is_violated(copy, rule):
    path, line = next(found for words, found in VIOLATIONS.items() if words in rule)
    module = copy / path
    module.write_text(f"{line}\n")
    try:
        answer = lint_imports(copy)
    finally:
        module.unlink()
    assert f"{rule} BROKEN" in answer.stdout
