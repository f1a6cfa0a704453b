"""Installs a Debian package where that is allowed, and else says the line that would."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bootstrap.progress import Stage

SECONDS_FOR_APT = 120


def install(*packages: str) -> bool:
    """Install Debian packages as root, and return whether that worked.

    Whoever is not root, or not on a Debian-like system, is told the line to type instead.
    """
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if not _may_install():
        print(f"Not installed on this system: {' '.join(packages)}. Going on without. To add: sudo {line}",
              file=sys.stderr)  # fmt: skip
        return False
    with Stage(f"Installing system packages {' '.join(packages)}"):
        # A new machine has no package lists yet: they are fetched only where the first try fails.
        done = _succeeds(line) or (_succeeds("apt-get update") and _succeeds(line))
    if not done:
        print(f"That did not work. Going on without. By hand: {line}", file=sys.stderr)
    return done


def _may_install() -> bool:
    return os.geteuid() == 0 and Path("/etc/debian_version").exists() and bool(shutil.which("apt-get"))


def _succeeds(line: str) -> bool:
    try:
        result = subprocess.run(
            line.split(),
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS_FOR_APT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == 0
