"""A mail as words: subject, text and HTML from a kind's templates, and the message that carries them."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.contrib.sites.models import Site
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from erp.documents.logo import logo_bytes
from erp.documents.models import Company
from erp.documents.services import company

LOGO = "logo"
Attached = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says."""

    subject: str
    text: str
    html: str
    papers: Sequence[Attached] = ()
    logo: bytes = b""

    def with_subject(self, subject: str) -> "Letter":
        """Return the same letter under another subject."""
        return replace(self, subject=subject)


def compose(code: str, facts: dict[str, Any], *, papers: Sequence[Attached] = (), logo: str = "") -> Letter:
    """Return the letter of a kind. `logo` is the address its HTML shows the company's logo from.

    The first line of the text is the subject. Whatever stands in a name, it stays one line.
    """
    picture = logo_bytes()
    shown = (logo or f"cid:{LOGO}") if picture else ""
    context = {**facts, "company": company(), "papers": [name for name, _ in papers], "logo": shown}
    said = render_to_string(f"documents/mails/{code}.txt", context).lstrip()
    subject, _, text = said.partition("\n")
    subject = one_line(subject)
    html = render_to_string(f"documents/mails/{code}.html", {**context, "subject": subject})
    return Letter(subject, _tidy(text), html.strip() + "\n", papers, picture)


def message_of(letter: Letter, *, to: str, key: str) -> EmailMultiAlternatives:
    """Return the message that carries a letter. The same key is the same Message-ID, however often sent."""
    firm = company()
    message = Message(
        subject=letter.subject,
        body=letter.text,
        from_email=sender(firm),
        to=[to],
        reply_to=[firm.email] if firm.email else [],
        headers={
            "Message-ID": f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{_host()}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(letter.html, "text/html")
    message.logo = letter.logo
    for name, content in letter.papers:
        message.attach(name, content, "application/pdf")
    return message


def sender(firm: Company) -> str:
    """Return the company's name with the address that mails come from."""
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((one_line(firm.name), address))


def one_line(text: str) -> str:
    """Return words on one line: a name with line breaks adds no header and no paragraph."""
    return " ".join(str(text).split())


class Message(EmailMultiAlternatives):
    """A message whose HTML brings the company's logo along, so that nothing is fetched when it is read."""

    logo: bytes = b""

    def message(self, **kwargs: Any) -> Any:
        built: Any = super().message(**kwargs)
        for part in list(built.walk()) if self.logo else ():
            if part.get_content_type() == "multipart/alternative":
                text, html = part.get_payload()
                part.set_payload([text, _related(html, self.logo)])
        return built


def _related(html: Any, logo: bytes) -> MIMEMultipart:
    image = MIMEImage(logo)
    image["Content-ID"] = f"<{LOGO}>"
    image["Content-Disposition"] = "inline"
    return MIMEMultipart("related", _subparts=[html, image])


def _host() -> str:
    return Site.objects.get_current().domain.partition(":")[0]


def _tidy(text: str) -> str:
    """Return a text without the gaps that conditions in a template leave."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    closed = re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
    return closed.replace("\n--\n", "\n-- \n")  # by its space mail programs know a signature
