"""The demand of services that their caller has opened the transaction."""

from django.db import DEFAULT_DB_ALIAS, connections


class OutsideTransaction(RuntimeError):
    """A service that writes was called without a transaction around it: a fault of the program."""


def inside_transaction(using: str = DEFAULT_DB_ALIAS) -> None:
    """Raise OutsideTransaction unless the caller has opened an atomic block."""
    if not connections[using].in_atomic_block:
        raise OutsideTransaction("This belongs inside the transaction of the verb that calls it.")
