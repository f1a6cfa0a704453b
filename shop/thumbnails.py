"""sorl's thumbnails, made as soon as a picture is there; one that is already on disk costs no query."""

from datetime import datetime
from typing import Any

from sorl.thumbnail import default
from sorl.thumbnail import get_thumbnail as sorl_thumbnail
from sorl.thumbnail.base import ThumbnailBackend as Sorl
from sorl.thumbnail.images import ImageFile

# The sizes in which pages show a picture, by its use: the first that anybody sees come first.
SIZES = {"list": (480,), "page": (960, 240, 160, 1600), "tile": (640,)}


class ThumbnailBackend(Sorl):
    def get_thumbnail(self, file_, geometry_string, **options):
        """Return the thumbnail. Its name follows from picture and size, so that the disk alone can tell."""
        name = self._get_thumbnail_filename(ImageFile(file_), geometry_string, self.default_options | options)
        thumbnail = ImageFile(name, default.storage)
        if thumbnail.exists():
            return thumbnail
        return super().get_thumbnail(file_, geometry_string, **options)


def thumbnail(file: Any, size: int) -> ImageFile:
    """Return a picture at most so many pixels wide and high, made now if nobody has yet."""
    return sorl_thumbnail(file, f"{size}x{size}", quality=82)


def make(payload: dict, *, now: datetime) -> None:
    """Make a new picture's thumbnails, so that no visitor waits for them. Asked for by the outbox."""
    picture = ImageFile(payload["name"], default.storage)
    if picture.exists():  # else it was taken away again
        for size in SIZES[payload["use"]]:
            thumbnail(picture, size)
