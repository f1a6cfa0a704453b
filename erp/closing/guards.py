"""What the database refuses to happen to the log of changes: it is added to, and nothing else.

Its table is of a library, so the rules stand with a model of ours. That a person was deleted empties the
reference to them; their address stays.
"""

from accounting.guards.kinds import changed, key_stays_taken
from accounting.guards.rule import ALWAYS, Rule

HISTORY_TABLE = "auditlog_logentry"
COLUMNS = (
    "id",
    "content_type_id",
    "object_pk",
    "object_id",
    "object_repr",
    "serialized_data",
    "action",
    "changes_text",
    "changes",
    "cid",
    "remote_addr",
    "remote_port",
    "timestamp",
    "additional_data",
    "actor_email",
)

HISTORY = [
    key_stays_taken(HISTORY_TABLE),
    Rule(
        HISTORY_TABLE,
        "UPDATE",
        f"NEW.actor_id IS NOT NULL OR {changed(*COLUMNS)}",
        "A change that was written down is never changed.",
    ),
    Rule(HISTORY_TABLE, "DELETE", ALWAYS, "A change that was written down is never deleted."),
]
