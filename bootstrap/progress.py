"""Tells a waiting person what is being done and for how long; knows nothing of what that is."""

import sys
import time
from typing import TextIO

SECONDS_BETWEEN_LINES = 10


class Stage:
    """One piece of work: `with Stage("Installing") as stage: stage.at("3 of 60")`.

    On a terminal it is one line that is drawn anew; in a log it is a line at the beginning, one at the
    end with the seconds it took, and one now and then between.
    """

    def __init__(self, title: str, *, stream: TextIO | None = None) -> None:
        self.title = title
        self.stream = stream or sys.stderr
        self.began = self.last_shown = time.monotonic()

    def __enter__(self) -> "Stage":
        self._show("…")
        return self

    def __exit__(self, error: object, *_: object) -> None:
        self._show(f"{'stopped' if error else 'done'}, {self.seconds:.1f} s", end="\n")

    @property
    def seconds(self) -> float:
        """Return the seconds since it began."""
        return time.monotonic() - self.began

    def at(self, detail: str) -> None:
        """Say how far it is. May be called often: a log gets only one such line now and then."""
        now = time.monotonic()
        if self.stream.isatty() or now - self.last_shown > SECONDS_BETWEEN_LINES:
            self.last_shown = now
            self._show(f"{detail}, {self.seconds:.0f} s")

    def _show(self, state: str, *, end: str = "") -> None:
        terminal = self.stream.isatty()
        line = f"{self.title}: {state}".replace(": …", " …")
        self.stream.write(f"\r\033[K{line}{end}" if terminal else f"{line}\n")
        self.stream.flush()
