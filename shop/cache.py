"""A cache in Redis without which the shop sells on: what is not found there is looked up again."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Django's, but a Redis that is away is an empty one, and counts nothing. Locks do not belong into it."""

    def get(self, key, default=None, version=None) -> Any:
        return self._or(default, super().get, key, default, version)

    def get_many(self, keys, version=None) -> dict:
        return self._or({}, super().get_many, keys, version)

    def has_key(self, key, version=None) -> bool:
        return self._or(False, super().has_key, key, version)

    def set(self, key, value, *args, **kwargs) -> None:
        self._or(None, super().set, key, value, *args, **kwargs)

    def set_many(self, data, *args, **kwargs) -> list:
        return self._or(list(data), super().set_many, data, *args, **kwargs)

    def add(self, key, value, *args, **kwargs) -> bool:
        return self._or(False, super().add, key, value, *args, **kwargs)

    def incr(self, key, delta=1, version=None) -> int:
        return self._or(0, super().incr, key, delta, version)

    def delete(self, key, version=None) -> bool:
        return self._or(False, super().delete, key, version)

    def delete_many(self, keys, version=None) -> None:
        self._or(None, super().delete_many, keys, version)

    def _or(self, otherwise, ask, *args, **kwargs) -> Any:
        try:
            return ask(*args, **kwargs)
        except RedisError as error:
            logger.warning("Redis is away: %s", error)
            return otherwise
