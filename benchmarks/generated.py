"""Books of any size, written by a few statements: entries of four lines, the same number each day.

The hashes are no chain and nothing is behind an entry: these books are there to be read, and only that.
"""

from datetime import date, timedelta

from django.db import connection, transaction

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
LINES = 4  # an entry

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
ENTRIES = """
    INSERT INTO accounting_journalentry (id, journal, date, fiscal_year_id, period_id, number, source_key,
        digest, document_no, memo, posted_at, hash)
    {numbers}
    SELECT i, 'SALES', d.day, d.year_id, d.period_id, i, 'sale:' || i,
        d.hash, 'INV-' || i, 'Invoice of a sale', d.moment, d.hash
    FROM n JOIN bench_day d ON d.no = (i - 1) * {days} / {count}
"""
LINE = """
    INSERT INTO accounting_journalline (entry_id, line_no, account_id, amount, date, memo, currency)
    SELECT e.id, p.no, a.account_id, p.sign * (100 + e.id * 37 % 9000), e.date, '', ''
    FROM accounting_journalentry e CROSS JOIN bench_place p
    JOIN bench_account a ON a.no = (e.id * 7 + p.no * p.no * 3) % {accounts}
    ORDER BY e.id, p.no
"""


def generate(lines: int) -> None:
    """Write lines while the guards stand aside, then put them back and have the statistics made."""
    from accounting import guards

    guards.drop()
    _prepare()
    count = lines // LINES
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # the keys are known to be right
        numbers = NUMBERS.format(count=count)
        cursor.execute(ENTRIES.format(numbers=numbers, count=count, days=(LAST - FIRST).days + 1))
        cursor.execute("SELECT COUNT(*) FROM bench_account")
        cursor.execute(LINE.format(accounts=cursor.fetchone()[0]))
    guards.install()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _prepare() -> None:
    """Write down the days with their periods, the accounts by their use, and an entry's form."""
    from accounting.models import Account
    from accounting.periods import period_of

    day = FIRST
    days = []
    with transaction.atomic():
        while day <= LAST:
            period = period_of(day)
            moment = f"{day} 12:00:00+00:00"
            days.append((len(days), day, period.fiscal_year_id, period.pk, f"{day}".ljust(64, "0"), moment))
            day += timedelta(days=1)
    keys = list(Account.objects.order_by("code").values_list("pk", flat=True))
    busy = [keys[place % 5] if place % 2 else keys[place % len(keys)] for place in range(101)]
    _table(
        "bench_day",
        "no bigint, day date, year_id bigint, period_id bigint, hash text, moment timestamptz",
        days,
    )
    _table("bench_account", "no bigint, account_id bigint", list(enumerate(busy)))
    _table("bench_place", "no bigint, sign bigint", [(1, 1), (2, -1), (3, 1), (4, -1)])


def _table(name: str, columns: str, rows: list) -> None:
    places = ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} ({columns})")
        cursor.executemany(f"INSERT INTO {name} VALUES ({places})", rows)


def lock_all() -> None:
    """Lock every month but the last, as an accountant does."""
    from django.contrib.auth import get_user_model

    from accounting import periods
    from accounting.models import Period

    by = get_user_model().objects.create_user("bench")
    for period in Period.objects.filter(end__lt=LAST).order_by("start"):
        with transaction.atomic():
            periods.lock(period, reason="Measured", by=by)
