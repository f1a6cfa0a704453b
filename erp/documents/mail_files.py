"""Mails as files, where none are sent: one message a file, which mail programs open."""

import re
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from django.core.mail.backends.filebased import EmailBackend as Files
from django.utils.text import slugify


class EmailBackend(Files):
    """Writes each message to `var/mail/20260302-120000-your-order-26-abc.eml`."""

    def send_messages(self, email_messages: Any) -> int:
        """Write the messages; return how many."""
        for message in email_messages or ():
            self._write(slugify(message.subject)[:60] or "mail", message.message().as_bytes())
        return len(email_messages or ())

    def _write(self, subject: str, content: bytes) -> None:
        moment = datetime.now().strftime("%Y%m%d-%H%M%S")  # noqa: DTZ005  the clock on the wall
        for number in count(1):
            again = f"-{number}" if number > 1 else ""
            path = Path(self.file_path, f"{moment}-{subject}{again}.eml")
            try:
                with path.open("xb") as file:
                    file.write(re.sub(rb"\r?\n", b"\r\n", content))
            except FileExistsError:
                continue
            return
