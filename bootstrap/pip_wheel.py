"""Fetches pip itself, for a Python that came without: one pinned file from the index pip would use."""

import base64
import configparser
import hashlib
import html
import os
import re
import ssl
import sys
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import Request, urlopen

from bootstrap import NETWORK_ADVICE, CannotPrepare

NAME = "pip-26.3-py3-none-any.whl"
SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
DEFAULT_INDEX = "https://pypi.org/simple"
SECONDS = 30


def fetch(folder: Path) -> Path:
    """Save the pinned pip wheel in the folder and return its path.

    Raises CannotPrepare where the index is out of reach, has no such file, or gives another content.
    """
    address = setting("index-url", DEFAULT_INDEX).rstrip("/") + "/pip/"
    page = _read(address).decode(errors="replace")
    link = re.search(rf'href="([^"]*{re.escape(NAME)}[^"]*)"', page)
    if not link:
        raise CannotPrepare(f"The package index has no {NAME}. Install python3-venv instead.")
    content = _read(urljoin(address, html.unescape(link[1])))
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise CannotPrepare(f"The {NAME} that the package index sent is not the one expected: not used.")
    wheel = folder / NAME
    wheel.write_bytes(content)
    return wheel


def setting(name: str, default: str) -> str:
    """Return a setting as pip would find it: environment, then its configuration files, the nearest first."""
    if value := os.environ.get("PIP_" + name.upper().replace("-", "_")):
        return value
    files = configparser.ConfigParser(interpolation=None)
    files.read(_configuration_files())
    return files.get("install", name, fallback=files.get("global", name, fallback=default))


def _configuration_files() -> list[str]:
    """Return where pip looks, the nearest last."""
    places = ["/etc/xdg/pip", "/etc", "~/.pip", os.environ.get("XDG_CONFIG_HOME", "~/.config") + "/pip"]
    named = os.environ.get("PIP_CONFIG_FILE", "")
    return [os.path.expanduser(f"{place}/pip.conf") for place in [*places, sys.prefix]] + [named]


def _read(address: str) -> bytes:
    certificates = ssl.create_default_context(cafile=setting("cert", "") or None)
    try:
        with urlopen(_request(address), timeout=SECONDS, context=certificates) as answer:
            return answer.read()
    except OSError as error:
        raise CannotPrepare(f"The package index does not answer ({error}). {NETWORK_ADVICE}") from error


def _request(address: str) -> Request:
    """Return the request for an address, whose name and password urllib would take for a port."""
    parts = urlsplit(address)
    request = Request(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
    if parts.username:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_header("Authorization", "Basic " + base64.b64encode(secret.encode()).decode())
    return request
