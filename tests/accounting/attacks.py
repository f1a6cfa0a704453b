"""All attacks: on entries, which have a file of their own, and here on what stands around them."""

from .attack import Attack
from .attacks_on_entries import ON_POSTED_ENTRIES

ON_COUNTERS = [
    Attack(
        "count a journal back",
        "UPDATE {counters} SET last_no = last_no - 1",
        "moves up by one",
    ),
    Attack("count a journal on by two", "UPDATE {counters} SET last_no = last_no + 2", "by one"),
    Attack("change a journal's last hash", "UPDATE {counters} SET last_hash = 'x'", "by one"),
    Attack("delete a journal's counter", "DELETE FROM {counters}", "never deleted"),
    Attack(
        "begin a journal at seven",
        "INSERT INTO {counters} (journal, fiscal_year_id, last_no, last_hash) VALUES ('CASH', {year}, 7, '')",
        "begins at zero",
    ),
    Attack("count invoices back", "UPDATE {series} SET last_no = last_no - 1", "moves up by one"),
    Attack("rename a series", "UPDATE {series} SET series = 'X'", "moves up by one"),
    Attack("count invoices on by two", "UPDATE {series} SET last_no = last_no + 2", "moves up by one"),
    Attack(
        "date invoices back",
        "UPDATE {series} SET last_no = last_no + 1, last_hash = 'y', last_on = '2026-01-01'",
        "dates of a number series ascend",
    ),
    Attack(
        "forget the date of invoices",
        "UPDATE {series} SET last_no = last_no + 1, last_hash = 'y', last_on = NULL",
        "dates of a number series ascend",
    ),
    Attack(
        "count invoices without a hash",
        "UPDATE {series} SET last_no = last_no + 1",
        "a hash with each number",
    ),
    Attack("change the last hash of invoices", "UPDATE {series} SET last_hash = 'y'", "moves up by one"),
    Attack(
        "begin a series at seven",
        "INSERT INTO {series} (series, year, last_no) VALUES ('NEW', 2026, 7)",
        "begins at zero",
    ),
    Attack(
        "replace a journal's counter",
        "REPLACE INTO {counters} (journal, fiscal_year_id, last_no, last_hash)"
        " VALUES ('GENERAL', {year}, 0, '')",
        "never deleted",
        only="sqlite",
    ),
    Attack("truncate the series", "TRUNCATE {series}", "never emptied", only="postgresql"),
    Attack("delete a series", "DELETE FROM {series}", "never deleted"),
]

ON_SETTLEMENT = [
    Attack("forgive a debt", "UPDATE {items} SET residual = 0 WHERE id = {item}", "its allocations"),
    Attack(
        "enlarge a debt",
        "UPDATE {items} SET original = 99999 WHERE id = {item}",
        "keeps its line",
    ),
    Attack("deepen a debt", "UPDATE {items} SET residual = residual + 1 WHERE id = {item}", "allocations"),
    Attack(
        "settle less than nothing",
        "INSERT INTO {allocations} (debit_item_id, credit_item_id, amount, date, key)"
        " VALUES ({item}, {paid_item}, -5, '2026-03-02', 'x')",
        "an_allocation_is_positive",
    ),
    Attack(
        "replace an open item",
        "REPLACE INTO {items} (line_id, original, residual)"
        " SELECT line_id, original, original FROM {items} WHERE id = {item}",
        "never deleted",
        only="sqlite",
    ),
    Attack("truncate the allocations", "TRUNCATE {allocations}", "never emptied", only="postgresql"),
    Attack("delete an open item", "DELETE FROM {items} WHERE id = {item}", "never deleted"),
    Attack("delete an allocation", "DELETE FROM {allocations}", "never deleted"),
    Attack("edit an allocation", "UPDATE {allocations} SET amount = 1", "never changed"),
    Attack(
        "open an item on an account without items",
        "INSERT INTO {items} (line_id, original, residual) VALUES ({taxed}, -10000, -10000)",
        "begins as the whole of its line",
    ),
    Attack(
        "settle a debit by itself",
        "INSERT INTO {allocations} (debit_item_id, credit_item_id, amount, date, key)"
        " VALUES ({item}, {item}, 5, '2026-03-02', 'x')",
        "A debit and a credit settle each other",
    ),
    Attack(
        "settle by somebody else's money",
        "INSERT INTO {allocations} (debit_item_id, credit_item_id, amount, date, key)"
        " VALUES ({item}, {others_item}, 5, '2026-03-02', 'x')",
        "A debit and a credit settle each other",
    ),
    Attack(
        "settle by part of a cent",
        "INSERT INTO {allocations} (debit_item_id, credit_item_id, amount, date, key)"
        " VALUES ({item}, {paid_item}, 0.5, '2026-03-02', 'x')",
        "whole numbers",
        only="sqlite",
    ),
]

ON_WHAT_LINES_REFER_TO = [
    Attack(
        "change an account's kind",
        "UPDATE {accounts} SET kind = 'expense' WHERE id = {bank}",
        "in use",
    ),
    Attack("change an account's number", "UPDATE {accounts} SET code = 'X' WHERE id = {bank}", "in use"),
    Attack("delete an account", "DELETE FROM {accounts} WHERE id = {bank}", "in use"),
    Attack(
        "want no more party",
        "UPDATE {accounts} SET party_required = {false}, open_item = {false} WHERE role = 'RECEIVABLE'",
        "in use",
    ),
    Attack(
        "replace an account",
        "INSERT OR REPLACE INTO {accounts} (code, name, kind, role, party_required, open_item, active)"
        " VALUES ('1200', 'Forged', 'asset', '', 0, 0, 1)",
        "in use",
        only="sqlite",
    ),
    Attack("change a party's key", "UPDATE {parties} SET key = 'x' WHERE id = {customer}", "in use"),
    Attack("delete a party", "DELETE FROM {parties} WHERE id = {customer}", "in use"),
    Attack("change a rate", "UPDATE {tax_codes} SET rate = 7 WHERE id = {vat}", "in use"),
    Attack("delete a tax code", "DELETE FROM {tax_codes} WHERE id = {vat}", "in use"),
]

ON_PERIODS = [
    Attack("unlock a period", "UPDATE {periods} SET locked = {false} WHERE locked", "stays locked"),
    Attack(
        "change what was locked before all was",
        "UPDATE {periods} SET vat_locked = {true} WHERE locked",
        "what was locked before",
    ),
    Attack(
        "lock an area unseen", "UPDATE {periods} SET stock_locked = {true} WHERE id = {period}", "a reason"
    ),
    Attack("lock all unseen", "UPDATE {periods} SET locked = {true} WHERE id = {period}", "a reason"),
    Attack("change a reason", "UPDATE {changes} SET reason = 'x'", "never changed"),
    Attack("forget who locked", "DELETE FROM {changes}", "never deleted"),
    Attack(
        "lock without a reason",
        "INSERT INTO {changes} (period_id, area, locked, reason) VALUES ({period}, 'sales', {true}, '')",
        "a_lock_has_its_reason",
    ),
    Attack(
        "mark an entry late for a later day",
        "UPDATE {entries} SET late_for = '2026-03-02' WHERE number IS NULL",
        "earlier_day",
    ),
    Attack(
        "mark an entry late",
        "UPDATE {entries} SET late_for = '2026-02-28' WHERE id = {sale}",
        "never changed",
    ),
    Attack("delete a period", "DELETE FROM {periods} WHERE id = {period}", "never deleted"),
    Attack(
        "stretch a period",
        "UPDATE {periods} SET \"end\" = '2026-12-31' WHERE id = {period}",
        "its dates",
    ),
    Attack(
        "lock out of order",
        "UPDATE {periods} SET locked = {true} WHERE start = '2026-05-01'",
        "first",
    ),
    Attack(
        "open a period before a locked one",
        'INSERT INTO {periods} (fiscal_year_id, start, "end", locked, vat_locked)'
        " VALUES ({year}, '2020-01-01', '2020-01-31', {false}, {false})",
        "closed up to a later date",
    ),
    Attack(
        "move a year",
        "UPDATE {years} SET \"end\" = '2027-01-31' WHERE id = {year}",
        "its dates",
    ),
    Attack("delete a year", "DELETE FROM {years}", "never deleted"),
    Attack("edit a kept balance", "UPDATE {balances} SET debit = 1", "never changed"),
    Attack(
        "change who locked",
        "UPDATE {periods} SET locked_at = CURRENT_TIMESTAMP WHERE locked",
        "keeps who locked it",
    ),
    Attack(
        "replace a kept balance",
        "REPLACE INTO {balances} (account_id, period_end, debit, credit)"
        " SELECT account_id, period_end, 0, 0 FROM {balances}",
        "never deleted",
        only="sqlite",
    ),
    Attack("truncate the kept balances", "TRUNCATE {balances}", "never emptied", only="postgresql"),
    Attack("delete a kept balance", "DELETE FROM {balances}", "never deleted"),
    Attack(
        "keep a balance of an open period",
        "INSERT INTO {balances} (account_id, period_end, debit, credit) VALUES ({bank}, '2026-03-31', 0, 0)",
        "when its period is locked",
    ),
]

ATTACKS = [*ON_POSTED_ENTRIES, *ON_COUNTERS, *ON_SETTLEMENT, *ON_WHAT_LINES_REFER_TO, *ON_PERIODS]
