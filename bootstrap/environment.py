"""Finds, makes and renews the Python environment that a command runs in. What commands do is not known here.

An environment that is already active and has what is needed is left alone. Else it is `.venv` beside
`manage.py`, whose stamp says what it was made for. The stamp is written last: whatever a kill left
half done has none, and is made anew.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from bootstrap import NETWORK_ADVICE, CannotPrepare, pip_wheel, system
from bootstrap.progress import Stage

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "made-for"
LOCK = ROOT / ".venv.lock"
LOG = VENV / "pip.log"

RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"

PIP_OPTIONS = [
    "--no-deps",  # everything is pinned, also what the packages need in turn: nothing is left to resolve
    "--no-compile",  # most modules are never imported; the first import compiles the others
    "--no-user",
    "--disable-pip-version-check",
    "--no-input",
    "--retries=2",
    "--timeout=30",
]


def enter(requirements: str) -> None:
    """Return where this process has what the requirements file pins, else go on as a new one that has.

    Ends the process with a plain sentence where that cannot be had.
    """
    if fits(requirements) if _runs_in_venv() else not missing(requirements):
        return
    try:
        if not fits(requirements):
            prepare(requirements)
    except (CannotPrepare, OSError) as error:
        sys.exit(f"The Python environment {VENV} cannot be made. {error}")
    except KeyboardInterrupt:
        sys.exit("Stopped. What is half done in .venv is made anew by the next start.")
    # The first run compiles what it imports, and later runs are the faster for it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    os.execve(PYTHON, [str(PYTHON), *sys.orig_argv[1:]], environment)


def run_tests(arguments: list[str]) -> NoReturn:
    """Become pytest, with these arguments and its exit code."""
    if not Path.cwd().is_relative_to(ROOT):
        os.chdir(ROOT)
    os.environ.pop("MANAGE_STARTED_AT", None)  # what the tests start has its own beginning
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])


def missing(requirements: str) -> list[str]:
    """Return the pinned packages that this process would not find in just that version."""
    return [f"{name}=={version}" for name, version in pinned(requirements) if _found(name) != version]


def pinned(requirements: str) -> list[tuple[str, str]]:
    """Return name and version of each package that a requirements file pins."""
    return re.findall(r"^([\w.-]+)==(\S+)", _text(requirements), re.MULTILINE)


def fits(requirements: str) -> bool:
    """Say whether `.venv` is whole and made for these requirements. What tests need has the rest as well."""
    wanted = {stamp(requirements), stamp(DEVELOPMENT)}
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() in wanted


def stamp(requirements: str) -> str:
    """Return what tells one environment from another: its packages, its Python and its place."""
    python = f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"
    made_for = "\n".join([python, platform.machine(), str(VENV), _text(requirements)])
    return f"{requirements} {hashlib.sha256(made_for.encode()).hexdigest()}"


def prepare(requirements: str) -> None:
    """Make `.venv`, or add to it what tests need. Of two starts at once the second waits for the first.

    Raises CannotPrepare, or OSError where the folder cannot be written.
    """
    with _alone():
        if fits(requirements):
            return
        if not fits(RUNTIME):
            _make_anew()
        STAMP.unlink(missing_ok=True)
        _install(requirements)
        STAMP.write_text(stamp(requirements))


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock file. So does pip, and one whose parent was killed ends before the next start begins."""
    with LOCK.open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with Stage("Waiting for another start that is making .venv"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_anew() -> None:
    whole = _has_pip_to_give()
    with Stage("Making .venv"):
        if whole and _make_venv():
            return
        if not _make_venv("--without-pip"):
            raise CannotPrepare("This Python lacks a part: sudo apt-get install -y python3-venv")
        wheel = pip_wheel.fetch(VENV)
        command = [str(PYTHON), str(wheel / "pip"), "install", "--no-index", *PIP_OPTIONS, str(wheel)]
        if subprocess.run(command, capture_output=True, close_fds=False, check=False).returncode:
            raise CannotPrepare("pip could not install itself. Better: sudo apt-get install -y python3-venv")


def _has_pip_to_give() -> bool:
    """Say whether this Python can put pip into an environment: Debian keeps that in a package of its own."""
    if not importlib.util.find_spec("ensurepip") and sys.base_prefix == "/usr":
        system.install("python3-venv")
        importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def _make_venv(*options: str) -> bool:
    # Isolated (-I), so that no PYTHONPATH gets in the way; cleared, because a kill may have left something.
    command = [sys.executable, "-I", "-m", "venv", "--clear", *options, str(VENV)]
    return subprocess.run(command, capture_output=True, close_fds=False, check=False).returncode == 0


def _install(requirements: str) -> None:
    count = len(pinned(requirements))
    command = [str(PYTHON), "-m", "pip", "install", *PIP_OPTIONS, "-r", str(ROOT / requirements)]
    with Stage(f"Installing {count} packages") as stage, LOG.open("w") as log:
        pip = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=False)
        while pip.poll() is None:
            time.sleep(0.2)
            stage.at(f"{_log().count('Collecting ')} fetched")
        if pip.returncode:
            raise CannotPrepare(f"What pip says:\n{_log()}\n{NETWORK_ADVICE}")


def _log() -> str:
    return LOG.read_text(errors="replace")


def _text(requirements: str) -> str:
    """Return a requirements file with the file it names put in its place."""
    text = (ROOT / requirements).read_text()
    return re.sub(r"^-r (\S+)$", lambda line: _text(line[1]), text, flags=re.MULTILINE)


def _found(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _runs_in_venv() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()
