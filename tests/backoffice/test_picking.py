"""The desk and the pages at the shelf: by forms alone, and as the page's script asks."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from erp import order_to_cash, picking
from erp.backoffice import warehouse_papers
from erp.delivery import carriers
from erp.delivery.models import Carrier, DeliveryNote
from erp.inventory.models import StockLevel
from erp.invoicing.links import order_token
from erp.invoicing.mails import facts, letter
from tests.backoffice.conftest import person
from tests.backoffice.desk import list_url, page_url, press, told, words
from tests.books import is_sound
from tests.chain.scenes import TUESDAY, fresh, pay, place
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db

JSON = {"HTTP_ACCEPT": "application/json"}
SHELF = "/admin/picking/"


@pytest.fixture
def note(ordered):
    """Two lamps and a bowl, paid and ready."""
    pay(ordered)
    return ordered.delivery_notes.get()


@pytest.fixture
def warehouse(as_role):
    return as_role("warehouse")


@pytest.fixture
def clerk(warehouse, django_user_model):
    return django_user_model.objects.get(username="warehouse")


def at(note, scan=""):
    return f"{SHELF}{note.pk}/{scan}"


def opened(client, code):
    return client.post(SHELF, {"code": code}, follow=True)


def scan(client, note, code, seen=None, **how):
    data = {"code": code} | ({} if seen is None else {"seen": seen})
    return client.post(at(note, "scan/"), data, follow=True, **how)


def step(client, note, name, **more):
    return client.post(at(note), {"step": name, **more}, follow=True)


def now(note):
    return DeliveryNote.objects.get(pk=note.pk)


def test_a_note_goes_from_its_number_to_the_parcel_by_scans_alone(warehouse, ordered, note, clerk):
    shelf = words(warehouse.get(SHELF))
    assert note.number in shelf
    assert 'name="action" value="print_pick_list"' in shelf
    page = words(opened(warehouse, note.number.lower()))
    assert (now(note).state, now(note).picker) == ("picking", clerk)
    assert "Scan a piece" in page

    for code in ("LAMP", "BOWL", "LAMP"):
        response = scan(warehouse, note, code)
    assert told(response) == [("success", f"Lamp: 2 of 2. All 3 are here. Scan {note} to pack it.")]
    packed = scan(warehouse, note, note.number)
    assert told(packed) == [("success", f"{note} is packed.")]
    assert "Tracking number" in words(packed)

    response = step(warehouse, note, "ship", carrier="Post", tracking_number="AB 1")
    assert told(response) == [("success", f"{note} has left.")]
    assert (now(note).state, now(note).tracking_number) == ("shipped", "AB 1")
    assert fresh(ordered).status == "shipped"
    assert "It has left." in words(warehouse.get(at(note)))
    assert told(step(warehouse, note, "ship", tracking_number="AB 2"))[0][0] == "error"
    assert now(note).tracking_number == "AB 1"
    assert is_sound()


def test_a_wrong_piece_and_one_too_many_are_told_in_red(warehouse, note):
    opened(warehouse, note.number)
    assert told(scan(warehouse, note, "CHAIR"))[0] == (
        "error",
        f"'CHAIR' does not belong on {note}. Put it back.",
    )
    scan(warehouse, note, "BOWL")
    assert told(scan(warehouse, note, "BOWL"))[0] == (
        "error",
        "All 1 of 'Bowl' are picked already. Put this one back.",
    )
    assert told(scan(warehouse, note, note.number))[0][0] == "error"
    assert now(note).state == "picking"


def test_the_script_hears_what_was_counted_and_what_was_not(warehouse, note):
    opened(warehouse, note.number)
    lamps, bowls = (str(note.lines.get(title=title).pk) for title in ("Lamp", "Bowl"))
    good = scan(warehouse, note, "LAMP", seen="0", **JSON).json()
    lines = {lamps: 1, bowls: 0}
    assert good == {"level": "success", "said": "Lamp: 1 of 2.", "picked": 1, "lines": lines}
    again = scan(warehouse, note, "LAMP", seen="0", **JSON).json()
    assert (again["level"], again["picked"]) == ("error", 1)
    assert "Nothing was counted" in again["said"]
    assert scan(warehouse, note, "nul\0", seen="x", **JSON).json()["level"] == "error"


def test_another_notes_number_opens_that_note(warehouse, lamp, note):
    other = place(sale_line(lamp, 1, "119.00"), key="other")
    pay(other, reference="other")
    other = other.delivery_notes.get()
    opened(warehouse, note.number)
    assert scan(warehouse, note, other.number, **JSON).json() == {"go": at(other)}
    assert now(other).state == "picking"
    assert told(opened(warehouse, "DN-none")) == [("error", "There is no delivery note 'DN-none'.")]
    assert warehouse.get(at(note, "scan/")).url == at(note)


def test_the_second_person_is_told_who_picks_and_may_put_back(warehouse, as_role, note):
    opened(warehouse, note.number)
    office = as_role("administrator")
    response = opened(office, note.number)
    assert told(response) == [("error", f"warehouse is picking {note}.")]
    assert "Scan a piece" not in words(response)
    assert told(step(office, note, "put_back")) == [("success", f"{note} is ready again.")]
    assert now(note).state == "ready"
    step(office, note, "start")
    assert now(note).picker.username == "administrator"


def test_without_a_scanner_each_line_has_a_button(warehouse, note):
    step(warehouse, note, "start")
    for line in note.lines.all():
        for _ in range(2):
            step(warehouse, note, f"line_{line.pk}")
    for _ in range(2):
        assert told(step(warehouse, note, "pack")) == [("success", f"{note} is packed.")]
    assert now(note).state == "packed"
    assert warehouse.post(at(note), {"step": "line_999999"}).status_code == 404


def test_what_is_missing_leaves_later(warehouse, ordered, note):
    step(warehouse, note, "start")
    scan(warehouse, note, "LAMP")
    assert told(step(warehouse, note, "pack_picked"))[0][0] == "success"
    assert sorted(ordered.delivery_notes.values_list("state", flat=True)) == ["packed", "ready"]
    assert is_sound()


def test_the_desk_offers_what_each_state_allows(warehouse, note, clerk):
    page = words(warehouse.get(page_url(note)))
    assert 'value="pick"' in page
    assert press(warehouse, "pick", note).redirect_chain == [(at(note), 302)]
    page = words(warehouse.get(page_url(note)))
    assert "warehouse" in page
    assert 'name="action" value="ship"' not in page
    assert "Delivery notes being picked" in words(warehouse.get("/admin/"))
    assert told(press(warehouse, "ship", note))[0][0] == "error"
    picking.count(note, quantities={line.pk: line.quantity for line in note.lines.all()}, by=clerk)
    picking.pack(note)
    assert "Parcels packed, about to leave" in words(warehouse.get("/admin/"))
    assert told(press(warehouse, "put_back", note))[0][0] == "success"
    step(warehouse, note, "start")
    picking.count(note, quantities={line.pk: line.quantity for line in note.lines.all()}, by=clerk)
    picking.pack(note)
    assert told(press(warehouse, "ship", note)) == [("success", f"{note} has left.")]


def test_who_may_not_ship_does_not_pick(as_role, note):
    sales = as_role("sales")
    assert [sales.get(url).status_code for url in (SHELF, at(note), at(note, "scan/"))] == [403] * 3
    assert SHELF not in words(sales.get("/admin/"))
    assert SHELF in words(as_role("warehouse").get("/admin/"))


def test_what_is_packed_leaves_with_its_order(office, ordered, note):
    user = person("warehouse")
    picking.start(note, by=user)
    assert 'value="ship"' not in words(office.get(page_url(ordered)))
    picking.count(note, quantities={line.pk: line.quantity for line in note.lines.all()}, by=user)
    picking.pack(note)
    assert told(press(office, "ship", ordered)) == [("success", f"{note} has left.")]


class TestPapers:
    @pytest.fixture
    def notes(self, lamp, bowl, note):
        """Two notes; the lamps lie in A10, the bowls in A2, and a chair has no place yet."""
        chair = ProductFactory(title="Chair", upc="CHAIR", stock=(9, "5.00"))
        for product, place_ in ((lamp, "A10"), (bowl, "A2")):
            StockLevel.objects.filter(product=product).update(bin=place_)
        other = place(sale_line(chair), sale_line(lamp, 3), key="other")
        pay(other, reference="other")
        return [note, other.delivery_notes.get()]

    def test_a_pick_list_goes_by_bin_over_many_notes(self, notes, clerk):
        (walk,) = warehouse_papers.rounds(notes)
        stops = [(stop.bin, stop.sku, stop.pieces, stop.boxes) for stop in walk.stops]
        assert stops == [
            ("A2", "BOWL", 1, [(1, 1)]),
            ("A10", "LAMP", 5, [(1, 2), (2, 3)]),
            ("", "CHAIR", 1, [(2, 1)]),
        ]
        picking.start(notes[0], by=clerk)
        picking.scan(notes[0], code="BOWL", by=clerk)
        (walk,) = warehouse_papers.rounds(notes)
        assert [stop.sku for stop in walk.stops] == ["LAMP", "CHAIR"]

    def test_many_notes_are_printed_in_one_file(self, warehouse, notes, django_assert_max_num_queries):
        response = press(warehouse, "print_packing_slips", *notes)
        pages = PdfReader(BytesIO(response.content)).pages
        assert [note.number in page.extract_text() for note, page in zip(notes, pages, strict=True)] == [
            True,
            True,
        ]
        with django_assert_max_num_queries(3):
            assert [slip["pieces"] for slip in warehouse_papers.slips(notes)] == [3, 4]

    def test_nothing_to_pick_and_too_many_are_said(self, warehouse, notes, monkeypatch):
        monkeypatch.setattr("erp.backoffice.desks.picking.MOST_PRINTED", 1)
        assert told(press(warehouse, "print_pick_list", *notes)) == [("error", "Print at most 1 at a time.")]
        order_to_cash.ship(notes[0], on=TUESDAY)
        assert told(press(warehouse, "print_pick_list", notes[0])) == [("error", "None is to be picked.")]


class TestCarriers:
    def test_a_parcel_is_followed_by_its_carriers_address(self, warehouse, client, ordered, note):
        add = f"{list_url(Carrier)}add/"
        refused = warehouse.post(add, {"name": "Post", "tracking_url": "javascript:alert({number})"})
        assert "Begin with https://" in words(refused)
        warehouse.post(add, {"name": "Post", "tracking_url": "https://post.example/?p={number}&x=1"})
        assert '<option value="Post">' in words(press(warehouse, "ship_part", note))

        order_to_cash.ship(note, on=TUESDAY)
        press(warehouse, "track", note, carrier="POST", tracking_number="A/B 1")

        link = 'href="https://post.example/?p=A%2FB%201&amp;x=1"'
        assert link in words(warehouse.get(page_url(note)))
        assert link in words(warehouse.get(page_url(ordered)))
        mail = letter.compose("shipped", facts.shipped(now(note)))
        assert link in mail.html
        assert link[6:-1].replace("&amp;", "&") in mail.text
        assert link in words(client.get(f"/orders/{order_token(ordered)}/"))

    def test_a_parcel_without_a_known_carrier_has_no_address(self, note):
        Carrier.objects.create(name="Post", tracking_url="")
        for carrier in ("Post", "Bike"):
            parcel = DeliveryNote(carrier=carrier, tracking_number="1")
            assert carriers.link_for(parcel) == ""
