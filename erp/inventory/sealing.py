"""The chain of a product's moves: each one's hash is of the hash before it and of what it says."""

from accounting.sealing import Wording, linked, sealed

from .models import StockMove

# The database gives a move its key and its moment when it is written.
WORDING = Wording(StockMove, but={"id", "created_at", "hash"})


def next_hash(previous: str, move: StockMove) -> str:
    """Return the hash of a move that follows the one with the hash before."""
    return linked(previous, sealed(WORDING.of(move)))
