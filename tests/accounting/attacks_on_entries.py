"""Attacks on posted entries and their lines."""

from .attack import Attack

POSTED = "A posted entry is never changed"
LINE = "written once and never changed|never deleted"

ON_POSTED_ENTRIES = [
    Attack("edit an amount", "UPDATE {lines} SET amount = amount + 1 WHERE id = {line}", LINE),
    Attack(
        "edit two amounts so that they still balance",
        "UPDATE {lines} SET amount = amount + amount WHERE entry_id = {sale}",
        LINE,
    ),
    Attack("edit an account", "UPDATE {lines} SET account_id = {bank} WHERE id = {line}", LINE),
    Attack("edit a line's date", "UPDATE {lines} SET date = '2026-03-09' WHERE id = {line}", LINE),
    Attack("edit a party", "UPDATE {lines} SET party_id = {stranger} WHERE id = {line}", LINE),
    Attack("edit a tax code", "UPDATE {lines} SET tax_code_id = NULL WHERE id = {taxed}", LINE),
    Attack(
        "move a leg to another entry",
        "UPDATE {lines} SET entry_id = {payment}, line_no = 9 WHERE id = {line}",
        LINE,
    ),
    Attack("change a line's key", "UPDATE {lines} SET id = id + 1000 WHERE id = {line}", LINE),
    Attack("delete a line", "DELETE FROM {lines} WHERE id = {line}", LINE),
    Attack(
        "add a line",
        "INSERT INTO {lines} (entry_id, line_no, account_id, amount, date, memo, currency)"
        " VALUES ({sale}, 9, {bank}, 5, '2026-03-02', '', '')",
        "A posted entry takes no further line",
    ),
    Attack("delete an entry", "DELETE FROM {entries} WHERE id = {sale}", "never deleted"),
    Attack("take an entry's number", "UPDATE {entries} SET number = NULL WHERE id = {sale}", POSTED),
    Attack("give another number", "UPDATE {entries} SET number = 9 WHERE id = {sale}", POSTED),
    Attack("change the hash", "UPDATE {entries} SET hash = 'x' WHERE id = {sale}", POSTED),
    Attack("change the date", "UPDATE {entries} SET date = '2026-03-03' WHERE id = {sale}", POSTED),
    Attack("change the memo", "UPDATE {entries} SET memo = 'x' WHERE id = {sale}", POSTED),
    Attack("change the source", "UPDATE {entries} SET source_key = 'x' WHERE id = {sale}", POSTED),
    Attack(
        "change who posted",
        "UPDATE {entries} SET posted_by_id = NULL WHERE id = {sale}",
        POSTED,
    ),
    Attack(
        "move the lines by the entry's key",
        "UPDATE {entries} SET id = 0 WHERE id = {sale}",
        POSTED,
    ),
    Attack(
        "insert an entry as posted",
        "INSERT INTO {entries} (journal, date, fiscal_year_id, period_id, number, source_key,"
        " digest, document_no, memo, hash, posted_at) VALUES ('GENERAL', '2026-03-02', {year}, {period}, 3,"
        " 'x', 'x', '', '', 'x', '2026-03-02')",
        "An entry begins as a draft",
    ),
    Attack(
        "replace a posted line by key",
        "INSERT OR REPLACE INTO {lines} (id, entry_id, line_no, account_id, amount, date, memo,"
        " currency) VALUES ({line}, {payment}, 9, {bank}, 5, '2026-03-02', '', '')",
        "never replaced|takes no further line",
        only="sqlite",
    ),
    Attack(
        "replace a posted line by its place",
        "INSERT OR REPLACE INTO {lines} (entry_id, line_no, account_id, amount, date, memo,"
        " currency) VALUES ({sale}, 1, {bank}, 5, '2026-03-02', '', '')",
        "A posted entry takes no further line",
        only="sqlite",
    ),
    Attack(
        "replace a posted line from a draft",
        "UPDATE OR REPLACE {lines} SET id = {line} WHERE id = {draft_line}",
        LINE,
        only="sqlite",
    ),
    Attack(
        "replace a posted entry by key",
        "UPDATE OR REPLACE {entries} SET id = {sale} WHERE id = {draft}",
        "An entry keeps its key",
        only="sqlite",
    ),
    Attack(
        "replace a posted entry by its source",
        "UPDATE OR REPLACE {entries} SET source_key = 'sale:1' WHERE id = {draft}",
        "A posted entry is never deleted",
        only="sqlite",
    ),
    Attack(
        "insert over a posted entry",
        "INSERT OR REPLACE INTO {entries} (journal, date, fiscal_year_id, period_id, source_key,"
        " digest, document_no, memo, hash) VALUES ('GENERAL', '2026-03-02', {year}, {period}, 'sale:1', 'x',"
        " '', '', '')",
        "A posted entry is never deleted",
        only="sqlite",
    ),
    Attack(
        "update by way of a conflict",
        "INSERT INTO {entries} (journal, date, fiscal_year_id, period_id, source_key, digest, document_no,"
        " memo, hash) VALUES ('GENERAL', '2026-03-02', {year}, {period}, 'sale:1', 'x', '', '', '')"
        " ON CONFLICT (source_key) DO UPDATE SET memo = 'x'",
        POSTED,
    ),
    Attack(
        "edit an amount, whatever comes",
        "UPDATE OR IGNORE {lines} SET amount = amount + 1 WHERE id = {line}",
        LINE,
        only="sqlite",
    ),
    Attack(
        "replace a line by the other name of its key",
        "UPDATE OR REPLACE {lines} SET rowid = {taxed} WHERE id = {line}",
        LINE,
        only="sqlite",
    ),
    Attack(
        "change lines by a merge",
        "MERGE INTO {lines} l USING {entries} e ON e.id = l.entry_id WHEN MATCHED THEN UPDATE SET amount = 1",
        LINE,
        only="postgresql",
    ),
    Attack(
        "delete lines in passing",
        "WITH gone AS (DELETE FROM {lines} RETURNING id) SELECT COUNT(*) FROM gone",
        LINE,
        only="postgresql",
    ),
    Attack("move a draft's leg", "UPDATE {lines} SET entry_id = {sale} WHERE id = {draft_line}", LINE),
    Attack("truncate the lines", "TRUNCATE {lines} CASCADE", "never emptied", only="postgresql"),
    Attack("truncate the entries", "TRUNCATE {entries} CASCADE", "never emptied", only="postgresql"),
    Attack("truncate the accounts", "TRUNCATE {accounts} CASCADE", "never emptied", only="postgresql"),
    Attack("truncate the users", "TRUNCATE auth_user CASCADE", "never emptied", only="postgresql"),
]
