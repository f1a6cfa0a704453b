"""One UPDATE for many rows, each with values of its own: the same SQL on either database."""

from collections.abc import Sequence

from django.db import connection


def update_rows(table: str, assignments: str, condition: str, rows: Sequence[tuple[int, ...]]) -> int:
    """Update a table from rows of integers, named v.column1, v.column2 and so on. Return how many changed.

    `table`, `assignments` and `condition` are SQL written by us, never by a user.
    """
    if not rows:
        return 0
    row = "(" + ", ".join(["CAST(%s AS bigint)"] * len(rows[0])) + ")"
    values = ", ".join([row] * len(rows))
    sql = f"UPDATE {table} SET {assignments} FROM (VALUES {values}) AS v WHERE {condition}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for each in rows for value in each])
        return cursor.rowcount
