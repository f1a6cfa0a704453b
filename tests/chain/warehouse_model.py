"""A warehouse in plain Python: what ought to be where, at which worth, promised to whom. Knows no database.

Written from the rules, not from the code: quantities, the moving average in whole cents, who waits, who
holds, and how delivery notes divide. Products and warehouses are their numbers; money is in cents.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count

OPEN = {"waiting payment", "waiting stock", "ready", "picking", "packed"}
MAY_LEAVE = {"waiting stock", "ready", "packed"}


class Refused(Exception):
    """The model says no."""


def rhu(numerator, denominator):
    """Round a quotient half up, away from zero."""
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded


def share(total, pieces, before, taken):
    return rhu(total * (before + taken), pieces) - rhu(total * before, pieces)


@dataclass
class Level:
    on_hand: int = 0
    reserved: int = 0
    aside: dict = field(default_factory=lambda: defaultdict(int))

    @property
    def unavailable(self):
        return sum(self.aside.values())

    @property
    def available(self):
        return self.on_hand - self.reserved - self.unavailable


@dataclass
class Line:
    id: int
    product: int
    quantity: int
    waits: int
    cost: int | None = None
    returned: int = 0
    picked: int = 0

    @property
    def here(self):
        return self.quantity - self.waits


@dataclass
class Bought:
    """A line of an order to a supplier, at a price for a pack."""

    quantity: int
    price: int
    pack: int
    received: int = 0
    returned: int = 0
    billed: int = 0

    @property
    def kept(self):
        return self.received - self.returned

    def worth(self, pieces):
        return rhu(self.price * pieces, self.pack)


@dataclass
class Transfer:
    origin: int
    destination: int
    pieces: dict
    state: str = "draft"


@dataclass
class Note:
    place: int  # its number within the order
    warehouse: int
    state: str
    lines: list

    def line(self, product):
        return next(line for line in self.lines if line.product == product)


@dataclass
class Order:
    paid: bool
    notes: list = field(default_factory=list)
    status: str = "confirmed"

    def add(self, warehouse, state, lines):
        note = Note(len(self.notes) + 1, warehouse, state, lines)
        self.notes.append(note)
        return note


class Model:
    """What is where. `priorities` are those of the warehouses, the first of which serves first."""

    def __init__(self, products, priorities, *, transit):
        self.priorities, self.transit = priorities, transit
        self.main = min(priorities, key=lambda warehouse: (priorities[warehouse], warehouse))
        self.levels = {}
        self.worth = {product: [0, 0] for product in products}  # pieces, cents
        self.allowed = dict.fromkeys(products, 0)
        self.waiting = dict.fromkeys(products, 0)
        self.holds = {}  # by key and product: pieces, until when
        self.orders = {}
        self.purchases = {}  # warehouse and lines by product
        self.transfers = {}
        self.stocktakes = {}  # warehouse, and by product what is counted and what was there then
        self.asked = []  # products to be given out, one list a cause
        self.ids = count()

    # What is there

    def of_product(self, product):
        """Return the levels of a product with their warehouses: which serves first comes first."""
        found = [(w, level) for (p, w), level in self.levels.items() if p == product]
        return sorted(found, key=lambda pair: (self.priorities[pair[0]], -pair[1].available, pair[0]))

    def available(self, product):
        return sum(level.available for _, level in self.of_product(product))

    def held(self, product, now, *, but=""):
        holds = self.holds.items()
        return sum(n for (key, p), (n, until) in holds if p == product and key != but and until > now)

    # Goods come and go without a sale

    def come(self, product, warehouse, quantity, cents=None, *, aside=""):
        level = self.levels.setdefault((product, warehouse), Level())
        worth = self.worth[product]
        if cents is None:
            cents = rhu(worth[1] * quantity, worth[0]) if worth[0] else 0
        level.on_hand += quantity
        if aside:
            level.aside[aside] += quantity
        worth[0] += quantity
        worth[1] += cents
        return cents

    def go(self, product, warehouse, quantity, *, aside="", promised=False):
        """Take pieces off the shelf and return what they cost."""
        level = self.levels.get((product, warehouse), Level())
        free = level.aside[aside] if aside else level.reserved if promised else level.available
        if quantity > free:
            raise Refused
        worth = self.worth[product]
        cents = worth[1] if quantity == worth[0] else rhu(worth[1] * quantity, worth[0])
        level.on_hand -= quantity
        level.reserved -= quantity if promised else 0
        if aside:
            level.aside[aside] -= quantity
        worth[0] -= quantity
        worth[1] -= cents
        return cents

    def set_aside(self, product, warehouse, quantity, condition):
        level = self.levels.get((product, warehouse), Level())
        if quantity > level.available or level.aside[condition] + quantity < 0:
            raise Refused
        level.aside[condition] += quantity

    def ask(self, products):
        """Note that goods are free, unless nobody waits for any of them."""
        wanted = sorted(set(products))
        if any(self.waiting[product] for product in wanted):
            self.asked.append(wanted)

    # Sales

    def place(self, key, wanted, *, now, state, paid):
        missing = {p: self._missing(p, n, key, now) for p, n in sorted(wanted.items())}
        parts = [part for p, late in missing.items() for part in self._take(p, wanted[p] - late)]
        self._let_wait(parts, missing)
        self.holds = {place: hold for place, hold in self.holds.items() if place[0] != key}
        order = self.orders[key] = Order(paid)
        for warehouse in sorted({part[1] for part in parts}):
            own = [part for part in parts if part[1] == warehouse]
            lines = [Line(next(self.ids), p, n, late) for p, _, n, late in own]
            short = any(line.waits for line in lines) and state == "ready"
            order.add(warehouse, "waiting stock" if short else state, lines)

    def here(self, product, key, now):
        """Return the pieces here that a sale can get. Its own hold is its own, while the goods are here."""
        own, _ = self.holds.get((key, product), (0, None))
        if own and self.holds[key, product][1] <= now:
            own = 0
        unheld = self.available(product) - self.held(product, now, but=key)
        return max(unheld - self.waiting[product], min(own, unheld), 0)

    def _missing(self, product, quantity, key, now):
        here = self.here(product, key, now)
        if quantity > here + max(self.allowed[product] - self.waiting[product], 0):
            raise Refused
        return max(quantity - here, 0)

    def hold(self, key, wanted, *, now, until):
        kept = {p: min(n, n - self._missing(p, n, key, now)) for p, n in wanted.items()}
        self.holds = {place: hold for place, hold in self.holds.items() if place[0] != key}
        self.holds |= {(key, product): (pieces, until) for product, pieces in kept.items() if pieces}

    def _take(self, product, left):
        """Promise pieces, and return parts: product, warehouse, pieces, and how many of them are late."""
        parts = []
        for warehouse, level in self.of_product(product):
            if taken := min(left, level.available):
                parts.append([product, warehouse, taken, 0])
                level.reserved += taken
                left -= taken
        return parts

    def _let_wait(self, parts, missing):
        """What is still to come goes with what the order is sent anyway, else with what serves first."""
        place = parts[0][1] if parts else self.main
        for product, late in missing.items():
            if late:
                self.waiting[product] += late
                own = next((part for part in parts if part[0] == product), None)
                if own:
                    parts.remove(own)
                parts.append([product, own[1] if own else place, (own[2] if own else 0) + late, late])

    def pay(self, key):
        """Let the notes go that waited for the money."""
        order = self.orders[key]
        if order.status == "cancelled":
            return
        order.paid = True
        for note in order.notes:
            if note.state == "waiting payment":
                note.state = "waiting stock" if any(line.waits for line in note.lines) else "ready"

    def ship(self, key, place, quantities=None, *, rest="later"):
        order = self.orders[key]
        note = order.notes[place - 1]
        if note.state not in MAY_LEAVE or (note.state == "waiting stock" and quantities is None):
            raise Refused
        left = self._left(note, quantities)
        if any(line.waits > left.get(line.product, 0) for line in note.lines):
            raise Refused
        if left:
            self._part(order, note, left, "cancelled" if rest == "cancel" else "ready")
        for line in note.lines:
            line.cost = self.go(line.product, note.warehouse, line.quantity, promised=True)
        note.state = "shipped"
        order.status = "partly shipped" if any(each.state in OPEN for each in order.notes) else "shipped"

    def cancel_rest(self, key, place, quantities=None):
        order = self.orders[key]
        note = order.notes[place - 1]
        kept = self._left(note, quantities)
        if note.state not in OPEN:
            raise Refused
        if kept:
            gone = {line.product: line.quantity - kept.get(line.product, 0) for line in note.lines}
            self._part(order, note, gone, "cancelled")
            self._have_all(note)
        else:
            if all(each.state == "cancelled" for each in order.notes if each is not note):
                raise Refused
            note.state = "cancelled"
            self._release(note)
        if order.status == "partly shipped" and not any(each.state in OPEN for each in order.notes):
            order.status = "shipped"

    def cancel(self, key):
        order = self.orders[key]
        if order.status != "confirmed":
            raise Refused
        order.status = "cancelled"
        gone = [note for note in order.notes if note.state in OPEN]
        for note in gone:
            note.state = "cancelled"
            self._free(note)
        for note in gone:
            self.ask(line.product for line in note.lines)

    def _left(self, note, quantities):
        """Return the pieces by product that do not leave with a note."""
        if quantities is None:
            return {}
        there = {line.product: line.quantity for line in note.lines}
        if not quantities or any(not 0 < n <= there.get(p, 0) for p, n in quantities.items()):
            raise Refused
        left = {product: pieces - quantities.get(product, 0) for product, pieces in there.items()}
        return {product: pieces for product, pieces in left.items() if pieces}

    def _part(self, order, note, gone, state, *, warehouse=None):
        """Put pieces on a note of their own: what is still to come goes first."""
        lines = []
        for line in list(note.lines):
            pieces = gone.get(line.product, 0)
            late = min(line.waits, pieces)
            if pieces == line.quantity:
                note.lines.remove(line)
                line.picked = 0
                lines.append(line)
            elif pieces:
                line.quantity -= pieces
                line.waits -= late
                line.picked = min(line.picked, line.here)
                lines.append(Line(next(self.ids), line.product, pieces, late))
        short = any(line.waits for line in lines)
        state = "waiting stock" if state == "ready" and short else state
        rest = order.add(warehouse or note.warehouse, state, lines)
        if state == "cancelled":
            self._release(rest)
        return rest

    def _release(self, note):
        self._free(note)
        self.ask(line.product for line in note.lines)

    def _free(self, note):
        for line in note.lines:
            if line.quantity > line.waits:
                self.levels[line.product, note.warehouse].reserved -= line.quantity - line.waits
            self.waiting[line.product] -= line.waits

    def _have_all(self, note):
        if note.state == "waiting stock" and not any(line.waits for line in note.lines):
            note.state = "ready"

    # What comes back

    def take_back(self, key, place, product, *, good=0, damaged=0, scrapped=0):
        note = self.orders[key].notes[place - 1]
        line = next((line for line in note.lines if line.product == product), None)
        pieces = good + damaged + scrapped
        if line is None or line.cost is None or not 0 < pieces <= line.quantity - line.returned:
            raise Refused
        kept = share(line.cost, line.quantity, line.returned, good + damaged)
        fine = share(kept, good + damaged, 0, good) if good + damaged else 0
        line.returned += pieces
        if good:
            self.come(product, note.warehouse, good, fine)
        if damaged:
            self.come(product, note.warehouse, damaged, kept - fine, aside="damaged")
        if good:
            self.ask([product])

    # Picked and packed

    def pick(self, key, place, counts):
        note = self.orders[key].notes[place - 1]
        if note.state not in {"ready", "picking"}:
            raise Refused
        note.state = "picking"
        for line, pieces in zip(note.lines, counts, strict=False):
            if pieces > line.here:
                raise Refused
            line.picked = pieces

    def pack(self, key, place, *, only_picked):
        order = self.orders[key]
        note = order.notes[place - 1]
        if note.state == "packed":
            return
        left = {line.product: line.quantity - line.picked for line in note.lines}
        if note.state != "picking" or not any(line.picked for line in note.lines):
            raise Refused
        if any(left.values()):
            if not only_picked:
                raise Refused
            self._part(order, note, left, "ready")
        note.state = "packed"

    def put_back(self, key, place):
        note = self.orders[key].notes[place - 1]
        if note.state not in {"ready", "picking", "packed"}:
            raise Refused
        note.state = "ready"
        for line in note.lines:
            line.picked = 0

    # Suppliers

    def receive(self, key, counts, *, tolerance):
        warehouse, lines = self.purchases[key]
        if not counts or all(line.received >= line.quantity for line in lines.values()):
            raise Refused
        for product, pieces in counts.items():
            line = lines[product]
            if line.received + pieces > line.quantity + line.quantity * tolerance // 100:
                raise Refused
            self.come(product, warehouse, pieces, line.worth(line.kept + pieces) - line.worth(line.kept))
            line.received += pieces
        self.ask(counts)

    def expected(self, key, product, pieces):
        """Return what pieces on a bill cost by the order."""
        line = self.purchases[key][1][product]
        return line.worth(line.billed + pieces) - line.worth(line.billed)

    def bill(self, key, product, pieces, net):
        line = self.purchases[key][1][product]
        if not 0 < pieces <= line.received - line.billed:
            raise Refused
        more = net - self.expected(key, product, pieces)
        line.billed += pieces
        quantity, value = self.worth[product]
        self.worth[product][1] += max(rhu(more * min(pieces, quantity), pieces), -value)

    def send_back(self, key, product, pieces):
        warehouse, lines = self.purchases[key]
        if not 0 < pieces <= lines[product].kept:
            raise Refused
        self.go(product, warehouse, pieces)
        lines[product].returned += pieces

    # From one warehouse to another

    def send(self, key):
        transfer = self.transfers[key]
        if transfer.state != "draft":
            raise Refused
        for product, pieces in transfer.pieces.items():
            level = self.levels.get((product, transfer.origin), Level())
            if pieces > level.available:
                raise Refused
            level.on_hand -= pieces
            road = self.levels.setdefault((product, self.transit), Level())
            road.on_hand += pieces
            road.aside["transit"] += pieces
        transfer.state = "sent"

    def arrive(self, key, missing):
        transfer = self.transfers[key]
        if transfer.state != "sent" or any(n > transfer.pieces.get(p, 0) for p, n in missing.items()):
            raise Refused
        self._unload(transfer, transfer.destination, missing)
        transfer.state = "received"

    def call_back(self, key):
        transfer = self.transfers[key]
        if transfer.state not in {"draft", "sent"}:
            raise Refused
        if transfer.state == "sent":
            self._unload(transfer, transfer.origin, {})
        transfer.state = "cancelled"

    def _unload(self, transfer, place, missing):
        for product, sent in sorted(transfer.pieces.items()):
            lost = missing.get(product, 0)
            level = self.levels.setdefault((product, place), Level())
            road = self.levels[product, self.transit]
            level.on_hand += sent - lost
            road.on_hand -= sent - lost
            road.aside["transit"] -= sent - lost
            if lost:
                self.go(product, self.transit, lost, aside="transit")
        self.ask(transfer.pieces)

    # Counting

    def good(self, product, warehouse):
        level = self.levels.get((product, warehouse), Level())
        return level.on_hand - level.unavailable

    def start(self, key, warehouse, products):
        for place, lines in self.stocktakes.values():
            if place == warehouse and lines.keys() & set(products):
                raise Refused
        self.stocktakes[key] = warehouse, dict.fromkeys(products)

    def count(self, key, counts):
        warehouse, lines = self.stocktakes[key]
        lines |= {p: (n, self.good(p, warehouse)) for p, n in zip(lines, counts, strict=False)}

    def post(self, key):
        warehouse, lines = self.stocktakes.pop(key)
        if None in lines.values():
            raise Refused
        found = {p: n - then for p, (n, then) in sorted(lines.items()) if n != then}
        if any(n + self.good(p, warehouse) < 0 for p, n in found.items()):
            raise Refused
        gone = {product: -n for product, n in found.items() if n < 0}
        self._give_up(
            warehouse, {p: pieces - self.levels[p, warehouse].available for p, pieces in gone.items()}
        )
        for product, pieces in gone.items():
            self.go(product, warehouse, pieces)
        for product, pieces in found.items():
            if pieces > 0:
                self.come(product, warehouse, pieces)
        self.ask(found)

    def _give_up(self, warehouse, short):
        """Take promises back: the youngest order first, what is in somebody's hands last."""
        lines = [
            ({"packed": 2, "picking": 1}.get(note.state, 0), -place, -note.place, -line.id, note, line)
            for place, order in enumerate(self.orders.values())
            for note in order.notes
            if note.state in OPEN and note.warehouse == warehouse
            for line in note.lines
        ]
        for *_, note, line in sorted(lines, key=lambda row: row[:4]):
            if pieces := min(line.here, max(short.get(line.product, 0), 0)):
                short[line.product] -= pieces
                self.levels[line.product, warehouse].reserved -= pieces
                self.waiting[line.product] += pieces
                line.waits += pieces
                note.state = note.state if note.state == "waiting payment" else "waiting stock"
                for each in note.lines:
                    each.picked = 0

    # Who waits is served

    def work(self, now):
        while self.asked:
            self.fill(self.asked.pop(0), now)

    def fill(self, products, now):
        """Serve those who wait, the first first. What shoppers hold stays theirs."""
        lines = [
            (order, note, line)
            for order in self.orders.values()
            for note in order.notes
            if note.state in OPEN
            for line in sorted(note.lines, key=lambda line: line.id)
            if line.waits and line.product in products
        ]
        ranks = {product: [w for w, _ in self.of_product(product)] for product in products}
        free = {product: self.available(product) - self.held(product, now) for product in products}
        grants = [(*wish, self._grant(wish[1], wish[2], ranks, free)) for wish in lines]
        for order, note, line, given in grants:
            for warehouse, pieces in given.items():
                self._give(order, note, line, warehouse, pieces)
        for order in self.orders.values():
            for note in order.notes:
                self._have_all(note)

    def _grant(self, note, line, ranks, free):
        given, wanted = {}, line.waits
        for warehouse in sorted(ranks[line.product], key=lambda w: w != note.warehouse):
            level = self.levels[line.product, warehouse]
            pieces = min(wanted, free[line.product], level.available)
            if pieces > 0:
                given[warehouse] = pieces
                wanted -= pieces
                free[line.product] -= pieces
                level.reserved += pieces
                self.waiting[line.product] -= pieces
        return given

    def _give(self, order, note, line, warehouse, pieces):
        whole = pieces == line.quantity and len(note.lines) == 1
        if warehouse == note.warehouse or whole:
            note.warehouse = warehouse
            line.waits -= pieces
            return
        state = "waiting payment" if note.state == "waiting payment" else "ready"
        other = self._part(order, note, {line.product: pieces}, state, warehouse=warehouse)
        for each in other.lines:
            each.waits = 0
        other.state = state
