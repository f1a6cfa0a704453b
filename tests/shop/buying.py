"""How a customer walks through the shop, as the tests do it."""

import re
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.test import Client
from django.utils import timezone
from oscar.core.loading import get_model

from erp.inventory import promising
from tests.factories import ProductFactory

CARD = "4111 1111 1111 1111"
DECLINED = "4000 0000 0000 0002"
ADDRESS = {
    "email": "ada@example.com",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "12 Analytical Way",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}


def product(title="Oak table", price="119.00", stock=10, **fields):
    """Something to sell, with so many in stock."""
    return ProductFactory(
        title=title, price=Decimal(price), stock=(stock, "60.00") if stock else None, **fields
    )


def promise(pieces):
    """Promise so many pieces of the only product to somebody else."""
    with transaction.atomic():
        promising.reserve({get_model("partner", "StockRecord").objects.get().product_id: pieces})


def put(client: Client, product, quantity=1):
    """Put a product into the basket."""
    key = product.parent_id or product.pk
    return client.post(f"/basket/add/{key}/", {"quantity": quantity, "variant": product.pk})


def answer(client: Client, payment="bank", follow=False, **address):
    """Answer the first two screens of the checkout."""
    client.post("/checkout/", ADDRESS | address)
    data = {"shipping": "standard", "payment": payment}
    return client.post("/checkout/delivery/", data, follow=follow)


def look(client: Client) -> dict[str, str]:
    """Have a last look; return what the form then carries."""
    return carried(client.get("/checkout/preview/"))


def carried(response) -> dict[str, str]:
    return {"seen": re.search(r'name="seen" value="([^"]+)"', response.content.decode())[1]}


def press(client: Client, form: dict[str, str], **fields):
    """Press the button."""
    return client.post("/checkout/place/", form | fields)


def buy(client: Client, product, quantity=1, payment="bank", **fields):
    """Buy a product from the first click to the last."""
    put(client, product, quantity)
    answer(client, payment)
    return press(client, look(client), **fields)


def text(response) -> str:
    """Return a page as it is read: quotes and ampersands unescaped, white space as one blank."""
    content = response.content.decode().replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&")
    return re.sub(r"\s+", " ", content)


def offer(name="Everything 10 % off", *, value="10", kind="Percentage", voucher="", goods=True):
    """An offer on everything, or on shipping; behind a voucher where one is named."""
    everything, _ = get_model("offer", "Range").objects.get_or_create(name="All", includes_all_products=True)
    condition = get_model("offer", "Condition").objects.create(range=everything, type="Count", value=1)
    benefit = get_model("offer", "Benefit").objects.create(
        range=everything if goods else None, type=kind, value=value
    )
    row = get_model("offer", "ConditionalOffer").objects.create(
        name=name, condition=condition, benefit=benefit, offer_type="Voucher" if voucher else "Site"
    )
    if voucher:
        now = timezone.now()
        fields = {"start_datetime": now - timedelta(days=1), "end_datetime": now + timedelta(days=1)}
        get_model("voucher", "Voucher").objects.create(name=voucher, code=voucher, **fields).offers.add(row)
    return row
