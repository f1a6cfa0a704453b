"""What a shop to try out needs around it: a free port, a lock, a clean slate. Not what is in the shop."""

import fcntl
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.sites.models import Site
from django.db import connection

from accounting.refusal import Refusal

HOST = "127.0.0.1"


class NotATrial(Refusal):
    """The settings are those of a real shop."""


class PortTaken(Refusal):
    """Another program listens there."""


class InUse(Refusal):
    """A shop that is being served cannot be cleared away."""


class NotOurs(Refusal):
    """The database is not the file that a trial makes."""


def require_a_trial() -> None:
    """Raise NotATrial where the settings say production."""
    if not settings.DEBUG:
        raise NotATrial(
            "quickstart loads a demo company, and DEBUG is off: these are the settings of a real shop."
        )


def require_free_port(port: int) -> None:
    """Raise PortTaken where nothing could be served there."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} is taken. Choose another: python3 manage.py quickstart --port {port + 1}"
            ) from error


@contextmanager
def preparing() -> Iterator[None]:
    """Let one start at a time prepare the database; the next one waits and finds it done."""
    with _locked("preparing.lock", fcntl.LOCK_EX):
        yield


@contextmanager
def serving() -> Iterator[None]:
    """Keep the database from being cleared away meanwhile."""
    with _locked("serving.lock", fcntl.LOCK_SH):
        yield


def be_found_at(port: int) -> None:
    """Let the links in mails lead to where the shop is served, unless it has an address of its own."""
    Site.objects.filter(pk=settings.SITE_ID, domain__startswith=f"{HOST}:").update(domain=f"{HOST}:{port}")
    Site.objects.clear_cache()


def clear() -> None:
    """Remove the trial's database, pictures and mails. Raises NotOurs or InUse where it may not."""
    database = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or database.parent != settings.VAR_DIR:
        raise NotOurs(
            "--reset removes only the SQLite database in var/. DATABASE_URL names another: not touched."
        )
    try:
        with _locked("serving.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
            connection.close()
            _remove(database)
    except BlockingIOError as error:
        raise InUse("The shop is being served: end that quickstart first, then --reset.") from error


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    for folder in (Path(settings.MEDIA_ROOT), settings.VAR_DIR / "mail"):
        if folder.is_relative_to(settings.BASE_DIR):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(name: str, kind: int) -> Iterator[None]:
    with (settings.VAR_DIR / name).open("w") as lock:
        fcntl.flock(lock, kind)
        yield
