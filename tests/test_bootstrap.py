"""The Python environment that `manage.py` makes: a real one, of packages made up here, from loopback only."""

import hashlib
import http.server
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from bootstrap import CannotPrepare, environment, pip_wheel, system
from bootstrap.progress import Stage

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent

# They stand in for Django and pytest, and say who called them and how.
DJANGO = "import sys\ndef execute_from_command_line(argv): print(sys.prefix, *argv[1:])\n"
PYTEST = "import sys\nprint(sys.prefix, *sys.argv[1:])\nsys.exit(5)\n"


brings_pip = pytest.mark.skipif(
    importlib.util.find_spec("ensurepip") is None,
    reason="this Python came without pip: python3-venv is missing",
)


def make_wheel(folder: Path, name: str, version: str, path: str, text: str) -> None:
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    about = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(path, text)
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(
            f"{about}/RECORD", f"{path},,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n"
        )


class Project:
    """A copy of `manage.py` and what belongs to it, with two small packages to install."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.wheels = root / "wheels"
        self.wheels.mkdir()
        shutil.copy(ROOT / "manage.py", root)
        shutil.copytree(ROOT / "bootstrap", root / "bootstrap")
        make_wheel(self.wheels, "django", "0.1", "django/core/management/__init__.py", DJANGO)
        make_wheel(self.wheels, "pytest", "0.1", "pytest/__main__.py", PYTEST)
        (root / "requirements.txt").write_text("django==0.1\n")
        (root / "requirements-dev.txt").write_text("-r requirements.txt\npytest==0.1\n")

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen:
        """Start `manage.py` with this Python, at home nowhere, and with the wheels for an index."""
        surroundings = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
        return subprocess.Popen(
            [sys.executable, str(self.root / "manage.py"), *arguments],
            env={**surroundings, "PIP_FIND_LINKS": str(self.wheels), "HOME": str(self.root), **settings},
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **settings: str) -> tuple[int, str, str]:
        process = self.start(*arguments, **settings)
        out, err = process.communicate(timeout=200)
        return process.returncode, out.strip(), err


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a project whose environment two starts at once have made, and what they wrote.

    One for all tests, because it takes seconds: each leaves it fit for running.
    """
    project = Project(tmp_path_factory.mktemp("project"))
    starts = [project.start("check", "--tag", "a b"), project.start("check", "--tag", "a b")]
    project.written = [start.communicate(timeout=200) for start in starts]
    return project


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Point the module at an empty folder with one pinned package."""
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    for name, path in {"VENV": ".venv", "PYTHON": ".venv/bin/python", "STAMP": ".venv/made-for"}.items():
        monkeypatch.setattr(environment, name, tmp_path / path)
    (tmp_path / "requirements.txt").write_text("django==0.1\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\npytest==0.1\n")
    return tmp_path


@contextmanager
def served(folder: Path):
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class TestWhetherItWillDo:
    def test_the_environment_of_these_tests_has_all_that_is_pinned(self):
        assert environment.missing(environment.DEVELOPMENT) == []

    def test_a_package_in_another_version_is_missing(self, here):
        assert environment.missing("requirements-dev.txt") == ["django==0.1", "pytest==0.1"]

    def test_a_file_named_by_another_is_read_in_its_place(self, here):
        assert environment.pinned("requirements-dev.txt") == [("django", "0.1"), ("pytest", "0.1")]

    def test_without_a_stamp_it_does_not_fit(self, here):
        make_venv_file(here)
        assert not environment.fits("requirements.txt")

    def test_made_for_tests_it_fits_for_running_but_not_the_other_way_round(self, here):
        make_venv_file(here).write_text(environment.stamp("requirements-dev.txt"))
        assert environment.fits("requirements.txt")
        environment.STAMP.write_text(environment.stamp("requirements.txt"))
        assert not environment.fits("requirements-dev.txt")

    def test_a_changed_requirement_needs_another_environment(self, here):
        make_venv_file(here).write_text(environment.stamp("requirements.txt"))
        assert environment.fits("requirements.txt")
        (here / "requirements.txt").write_text("django==0.2\n")
        assert not environment.fits("requirements.txt")

    def test_another_python_needs_another_environment(self, here, monkeypatch):
        make_venv_file(here).write_text(environment.stamp("requirements.txt"))
        monkeypatch.setattr(sys, "version_info", type(sys)("version"))
        sys.version_info.major, sys.version_info.minor = 3, 99
        assert not environment.fits("requirements.txt")


def make_venv_file(root: Path) -> Path:
    """Make what looks like an environment without a stamp, and return where the stamp would be."""
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").touch()
    return root / ".venv" / "made-for"


@brings_pip
class TestTheRealThing:
    def test_two_starts_at_once_make_one_environment_and_both_go_on(self, made):
        assert [out.strip() for out, _ in made.written] == [f"{made.venv} check --tag a b"] * 2
        assert "".join(err for _, err in made.written).count("Installing 1 packages: done") == 1

    def test_the_next_start_makes_nothing(self, made):
        assert made.run("check") == (0, f"{made.venv} check", "")

    def test_tests_get_what_they_need_on_top_and_their_arguments_and_exit_code(self, made):
        code, out, err = made.run("test", "-k", "one or two", "tests/a.py")
        assert (code, out) == (5, f"{made.venv} -k one or two tests/a.py")
        assert "Making" not in err

    def test_one_left_half_made_is_made_anew(self, made):
        (made.venv / "made-for").unlink()
        (made.venv / "left-over").touch()
        code, out, err = made.run("check")
        assert (code, out) == (0, f"{made.venv} check")
        assert "Making .venv" in err
        assert not (made.venv / "left-over").exists()

    def test_what_cannot_be_installed_is_said_in_plain_words_and_leaves_no_stamp(self, tmp_path):
        project = Project(tmp_path)
        (project.root / "requirements.txt").write_text("django==0.1\nabsent==1.0\n")
        code, out, err = project.run("check")
        assert (code, out) == (1, "")
        assert "absent==1.0" in err
        assert "PIP_INDEX_URL" in err
        assert "Traceback" not in err
        assert not (project.venv / "made-for").exists()


@brings_pip
class TestPythonWithoutPip:
    def test_pip_comes_as_a_pinned_file_from_the_index(self, here, monkeypatch):
        wheel = self.index_with(a_pip_wheel(), here, monkeypatch)
        monkeypatch.setattr(environment, "_has_pip_to_give", lambda: False)
        with served(here) as address:
            monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple/")
            environment._make_anew()
        command = [environment.PYTHON, "-m", "pip", "--version"]
        version = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert wheel.name.split("-")[1] in version

    def test_another_content_than_the_pinned_one_is_not_used(self, here, monkeypatch):
        self.index_with(a_pip_wheel(), here, monkeypatch)
        monkeypatch.setattr(pip_wheel, "SHA256", "0" * 64)
        with served(here) as address:
            monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
            with pytest.raises(CannotPrepare, match="not the one expected"):
                pip_wheel.fetch(here)

    def test_an_index_without_it_and_one_that_is_away_are_said(self, here, monkeypatch):
        self.index_with(a_pip_wheel(), here, monkeypatch)
        monkeypatch.setattr(pip_wheel, "NAME", "pip-0.0-py3-none-any.whl")
        with served(here) as address:
            monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
            with pytest.raises(CannotPrepare, match=r"has no pip-0\.0"):
                pip_wheel.fetch(here)
        with pytest.raises(CannotPrepare, match="does not answer"):
            pip_wheel.fetch(here)

    def test_settings_are_looked_for_where_pip_looks(self, tmp_path, monkeypatch):
        for name in ("PIP_INDEX_URL", "PIP_CONFIG_FILE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        (tmp_path / "pip").mkdir()
        (tmp_path / "pip" / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1/near\n")
        assert pip_wheel.setting("index-url", "far") == "http://127.0.0.1/near"
        monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1/nearest")
        assert pip_wheel.setting("index-url", "far") == "http://127.0.0.1/nearest"

    def test_a_name_and_password_in_the_address_are_sent_as_such(self):
        request = pip_wheel._request("https://anna:s%40fe@localhost:8443/simple/pip/")
        assert request.full_url == "https://localhost:8443/simple/pip/"
        assert request.get_header("Authorization") == "Basic YW5uYTpzQGZl"

    @staticmethod
    def index_with(wheel: Path, folder: Path, monkeypatch) -> Path:
        """Lay out a package index in the folder with this one file, pinned."""
        page = folder / "simple" / "pip" / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f'<a href="../../files/{wheel.name}#sha256=1&amp;x=2">{wheel.name}</a>')
        (folder / "files").mkdir()
        shutil.copy(wheel, folder / "files")
        monkeypatch.setattr(pip_wheel, "NAME", wheel.name)
        monkeypatch.setattr(pip_wheel, "SHA256", hashlib.sha256(wheel.read_bytes()).hexdigest())
        return wheel


def a_pip_wheel() -> Path:
    """Return the wheel of pip that this Python brings along, or Debian's package beside it."""
    brought = Path(importlib.util.find_spec("ensurepip").origin).parent / "_bundled"
    places = [brought, Path("/usr/share/python-wheels")]
    return next(wheel for place in places for wheel in place.glob("pip-*.whl"))


def test_an_old_python_is_turned_away_in_one_sentence(capsys):
    command = "import sys; sys.version_info = (3, 9, 2); import manage; manage.main()"
    result = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr == "Python 3.11 or newer is needed, and this is Python 3.9.\n"


def test_who_is_not_root_is_told_the_line_to_type(monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert system.install("python3-venv") is False
    told = capsys.readouterr().err
    assert "sudo apt-get install -y --no-install-recommends python3-venv" in told
    assert told.count("\n") == 1


def test_new_package_lists_are_fetched_only_where_the_first_try_fails(monkeypatch):
    tried = []
    monkeypatch.setattr(system, "_may_install", lambda: True)
    monkeypatch.setattr(
        system, "_succeeds", lambda line: tried.append(line) or "update" in line or len(tried) > 2
    )
    assert system.install("x") is True
    assert [line.split()[1] for line in tried] == ["install", "update", "install"]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_one_line_on_a_terminal_and_few_in_a_log():
    terminal, log = Terminal(), io.StringIO()
    for stream in (terminal, log):
        with Stage("Counting", stream=stream) as stage:
            stage.last_shown -= 1
            stage.at("1 of 2")
            stage.at("2 of 2")
    assert terminal.getvalue().count("\n") == 1
    assert "1 of 2" in terminal.getvalue()
    assert log.getvalue().splitlines() == ["Counting …", "Counting: done, 0.0 s"]
