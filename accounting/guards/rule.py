"""What a guard is: the rules that are checked before one kind of change to one table."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

ALWAYS = "TRUE"


@dataclass(frozen=True)
class Rule:
    """A condition in SQL under which a change is refused; OLD and NEW are the row before and after.

    Both databases understand it: `IS DISTINCT FROM` and `FOR SHARE` are rewritten for SQLite.
    """

    table: str
    event: str  # INSERT, UPDATE, DELETE or TRUNCATE
    refuse_when: str
    message: str
    only: str = ""  # the one database that needs it

    @property
    def quoted_message(self) -> str:
        return self.message.replace("'", "''")


@dataclass(frozen=True)
class Guard:
    table: str
    event: str
    rules: tuple[Rule, ...]

    @property
    def name(self) -> str:
        return f"guard_{self.table}_{self.event.lower()}"


def guards_of(rules: Iterable[Rule]) -> list[Guard]:
    """Gather rules into guards. A table that has any is never truncated."""
    gathered: dict[tuple[str, str], list[Rule]] = defaultdict(list)
    for rule in rules:
        gathered[rule.table, rule.event].append(rule)
    for table in dict.fromkeys(table for table, _ in gathered):
        never = Rule(table, "TRUNCATE", ALWAYS, f"The table {table} is never emptied.", only="postgresql")
        gathered[table, "TRUNCATE"] = [never]
    return [Guard(table, event, tuple(found)) for (table, event), found in gathered.items()]
