"""sorl's thumbnails, but one that is already on disk costs no query."""

from sorl.thumbnail import default
from sorl.thumbnail.base import ThumbnailBackend as Sorl
from sorl.thumbnail.images import ImageFile


class ThumbnailBackend(Sorl):
    def get_thumbnail(self, file_, geometry_string, **options):
        """Return the thumbnail. Its name follows from picture and size, so that the disk alone can tell."""
        name = self._get_thumbnail_filename(ImageFile(file_), geometry_string, self.default_options | options)
        thumbnail = ImageFile(name, default.storage)
        if thumbnail.exists():
            return thumbnail
        return super().get_thumbnail(file_, geometry_string, **options)
