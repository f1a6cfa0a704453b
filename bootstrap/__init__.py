"""What must happen before Django can be imported. Nothing here needs more than Python itself."""

NETWORK_ADVICE = (
    "Check the network connection, or name a package index that can be reached in PIP_INDEX_URL,"
    " then run the same command again."
)


class CannotPrepare(Exception):
    """The Python environment cannot be made; the message says why and what to do."""
