"""Mails to customers. The chain writes one down by `to_send`; the outbox sends it; sent is what was taken.

`kinds` is the table of them all, `facts` what each says, `letter` makes a message of it, `sending` sends it.
"""

from .facts import address_of
from .kinds import KINDS, Kind, key_of, to_send

__all__ = ["KINDS", "Kind", "address_of", "key_of", "to_send"]
