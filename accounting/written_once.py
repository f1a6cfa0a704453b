"""Rows that are inserted and then left alone. `guards` makes the database insist on it."""

from django.db import models


class WrittenOnceQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise TypeError(f"{self.model.__name__} rows are written once")

    def delete(self):
        raise TypeError(f"{self.model.__name__} rows are never deleted")


WrittenOnceManager = models.Manager.from_queryset(WrittenOnceQuerySet)


class WrittenOnce(models.Model):
    """A row that is inserted and then left alone."""

    objects = WrittenOnceManager()

    class Meta:
        abstract = True

    def save(self, **kwargs):
        super().save(**(kwargs | {"force_insert": True}))

    def delete(self, using=None, keep_parents=False):
        raise TypeError(f"{type(self).__name__} rows are never deleted")
