"""The company's logo: what may be one, and how it comes into documents, which fetch nothing."""

from base64 import b64encode
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from accounting.refusal import Refusal

from .services import company

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
MOST_BYTES = 500_000
MOST_PIXELS = 2_000


class NoLogo(Refusal):
    """A file that cannot be the logo."""


def check_logo(content: bytes) -> str:
    """Return the media type of a logo. Raises NoLogo with what is wrong with it."""
    if len(content) > MOST_BYTES:
        raise NoLogo(f"A logo has at most {MOST_BYTES // 1000} kB: save it smaller.")
    try:
        with Image.open(BytesIO(content), formats=list(TYPES)) as picture:
            if max(picture.size) > MOST_PIXELS:
                raise NoLogo(f"A logo has at most {MOST_PIXELS} pixels a side: make it smaller.")
            picture.load()
            return TYPES[str(picture.format)]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise NoLogo("This is no PNG or JPEG picture.") from None


def logo_uri() -> str:
    """Return the logo as an address that holds it whole; nothing where there is none, or no good one."""
    content = logo_bytes()
    return f"data:{check_logo(content)};base64,{b64encode(content).decode()}" if content else ""


def logo_bytes() -> bytes:
    """Return the logo's file; nothing where there is none, or no good one."""
    logo: Any = company().logo
    if not logo:
        return b""
    try:
        with logo.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        check_logo(content)
    except (OSError, NoLogo):
        return b""
    return content
