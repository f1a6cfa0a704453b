"""Whatever is sold, credited, bought or posted by hand: the boxes are what lines and documents say."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounting import chart
from accounting.ledger import Entry, Line, post
from accounting.models import JournalLine, TaxCode
from accounting.money import ZERO, from_minor, money
from erp.invoicing.models import CreditNoteLine, InvoiceLine
from erp.reporting import oss, taxed, vat_control, vat_return
from erp.reporting.taxed import Sums
from erp.reporting.vat_return import Figure
from tests.books import is_sound
from tests.chain.scenes import company, place, ship
from tests.factories import ProductFactory, sale_line
from tests.purchasing.buying import book, expense, supplier
from tests.reporting.trading import APRIL, FIRM, MARCH, credited

ACCOUNTS = ["REVENUE", "DEFERRED_REVENUE", "RETURNS", "VAT_PAYABLE", "INPUT_VAT", "EXPENSES", "INVENTORY"]
CODES = [
    "DE-S-19",
    "DE-S-16",
    "DE-K-0",
    "DE-IA-7",
    "DE-RE-19",
    "ZZ-O-0",
    "AT-S-20",
    "FR-S-5.5",
    "GB-S-20",
    "",
]
SIGNS = {"VAT_PAYABLE": -1, "REVENUE": -1, "DEFERRED_REVENUE": -1, "RETURNS": -1}
amounts = st.integers(-(10**9), 10**9).map(from_minor)
raw_lines = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(CODES), amounts)
ledgers = st.lists(
    st.tuples(st.dates(date(2026, 2, 15), date(2026, 5, 15)), st.lists(raw_lines, min_size=1, max_size=5)),
    max_size=6,
)


def entered(ledger, key="e"):
    """Post random lines, each entry balanced by an account that is no matter of VAT."""
    codes = TaxCode.objects.in_bulk(CODES, field_name="code")
    with transaction.atomic():
        for number, (day, raw) in enumerate(ledger):
            lines = [Line(role, amount, tax_code=codes.get(code)) for role, code, amount in raw]
            lines.append(Line("OPENING_BALANCES", -sum(line.amount for line in lines)))
            entry = Entry(date=day, source_key=f"{key}:{number}", memo="", lines=tuple(lines))
            if not entry.is_empty:
                post(entry)


def boxes_are_their_documents(days):
    found = vat_return.vat_return(*days, home="DE")
    for box, figure in found.items():
        papers = vat_return.papers_of(box, *days, home="DE")
        assert sum((share for _, share in papers), Figure()) == figure, box
    return found


class Ledgers(TestCase):
    @given(ledgers)
    @settings(max_examples=30, deadline=None)
    def test_every_line_with_a_code_stands_in_one_place_and_boxes_are_their_documents(self, ledger):
        entered(ledger)
        said, vat = defaultdict(Decimal), ZERO
        for day, raw in ledger:
            for role, code, amount in raw if MARCH[0] <= day <= MARCH[1] else []:
                place = {"VAT_PAYABLE": "owed", "INPUT_VAT": "reclaimed"}.get(role)
                place = place or ("sold" if role in SIGNS else "bought")
                if code:
                    said[place] += amount * SIGNS.get(role, 1)
                if code and TaxCode.objects.get(code=code).country in ("DE", "ZZ"):
                    vat += {"VAT_PAYABLE": -amount, "INPUT_VAT": -amount}.get(role, ZERO)
        found = boxes_are_their_documents(MARCH)
        assert vat_return.due(found) == vat
        shop, others = oss.elsewhere(*MARCH, home="DE")
        home = sum((s for c, s in taxed.by_code(*MARCH) if vat_return.is_of(c, "DE")), Sums())
        every = home + shop + others
        assert (every.sold, every.owed) == (said["sold"], said["owed"])
        assert (every.bought, every.reclaimed) == (said["bought"], said["reclaimed"])
        declared = sum((row.figure for row in oss.sold(*MARCH, home="DE")), Figure())
        assert declared == Figure(shop.sold, shop.owed)
        in_boxes = sum((figure.base for figure in found.values()), ZERO)
        abroad = sum((s.sold for c, s in taxed.by_code(*MARCH) if c.category in ("IA", "RE")), ZERO)
        assert in_boxes == home.sold + home.bought - 2 * abroad

    @given(ledgers, ledgers)
    @settings(max_examples=15, deadline=None)
    def test_a_months_return_is_not_changed_by_what_is_dated_later(self, ledger, later):
        entered(ledger)
        before = boxes_are_their_documents(MARCH)
        entered([(day, raw) for day, raw in later if day > MARCH[1]], key="later")
        assert boxes_are_their_documents(MARCH) == before

    @given(ledgers)
    @settings(max_examples=15, deadline=None)
    def test_the_accounts_of_vat_are_told_whole_whatever_has_a_document_or_none(self, ledger):
        entered(ledger)
        for role in (chart.VAT_PAYABLE, chart.INPUT_VAT):
            moved = JournalLine.objects.filter(account__role=role, date__range=MARCH)
            told = vat_control.compare(role, *MARCH)
            assert sum(row.booked for row in told) == -sum(moved.values_list("amount", flat=True))


sales = st.lists(
    st.tuples(
        st.sampled_from(["DE-S-19", "DE-S-7", "DE-E-0", "DE-AE-0", "DE-G-0", "AT-S-20", "FR-S-5.5"]),
        st.integers(1, 3),
        st.integers(1, 99999),
        st.sampled_from([0, 0, 1, 2]),
        st.sampled_from([MARCH[1], APRIL[0], date(2026, 4, 2)]),
    ),
    min_size=1,
    max_size=3,
)
bills = st.lists(
    st.tuples(
        st.sampled_from(["DE-S-19", "DE-S-7", "DE-IA-19", "DE-RE-7", "DE-RC-19", "AT-S-20"]),
        st.integers(1, 99999),
        st.sampled_from(["bill", "bill", "credit"]),
        st.sampled_from([MARCH[1], APRIL[0]]),
    ),
    max_size=3,
)


class Chains(TestCase):
    @given(sales, bills, st.sampled_from(["standard", "standard", "small business"]))
    @settings(max_examples=15, deadline=None)
    def test_the_return_is_the_vat_of_invoices_less_credit_notes_and_of_bills(self, sold, bought, scheme):
        company(vat_scheme=scheme, ship_before_payment=True)
        self.sell(sold)
        self.buy(bought)
        both = (MARCH[0], APRIL[1])
        found, owed = boxes_are_their_documents(both), ZERO
        for lines, sign in ((InvoiceLine, 1), (CreditNoteLine, -1)):
            taxes = lines.objects.filter(tax_code__country="DE").values_list("tax", flat=True)
            owed += sign * sum(taxes, ZERO)
        of_sales = sum((found[box].tax for box in found if box.name in ("81", "86")), ZERO)
        assert of_sales == owed
        for days in (MARCH, APRIL, both):
            for role in (chart.VAT_PAYABLE, chart.INPUT_VAT):
                for row in vat_control.compare(role, *days):
                    assert (row.differing, row.documents) in (((), None), ((), row.booked))
        assert is_sound()

    def sell(self, sold):
        orders = []
        for number, (code, quantity, cents, back, on) in enumerate(sold):
            firm = FIRM if code == "DE-AE-0" else {}
            lamp = ProductFactory(stock=(quantity, "1.00"))
            line = sale_line(lamp, quantity, from_minor(cents), tax_code=code)
            order = place(line, key=f"sale-{number}", **firm)
            ship(order)
            orders.append((on, min(back, quantity), order))
        for on, back, order in sorted(orders, key=lambda row: row[0]):
            if back:
                credited(order, quantity=back, on=on, key=f"back-{order.pk}")

    def buy(self, bought):
        acme = supplier()
        for number, (code, cents, kind, on) in enumerate(bought):
            net, rate = from_minor(cents), TaxCode.objects.get(code=code)
            tax = ZERO if rate.category in TaxCode.OWED_BY_US else money(net * rate.rate / 100)
            book(acme, expense(net, tax, code=code), number=str(number), kind=kind, on=on)
