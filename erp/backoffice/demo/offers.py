"""How the demo company ships, what it gives off, and its voucher."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from oscar.core.loading import get_model

Benefit = get_model("offer", "Benefit")
Category = get_model("catalogue", "Category")
Condition = get_model("offer", "Condition")
ConditionalOffer = get_model("offer", "ConditionalOffer")
OrderAndItemCharges = get_model("shipping", "OrderAndItemCharges")
Range = get_model("offer", "Range")
Voucher = get_model("voucher", "Voucher")

VOUCHER = "WELCOME10"
WELCOME_OFFER = "Welcome: 10 % off your order"
GARDEN_OFFER = "Garden weeks: 15 % off garden tools"
GARDEN_CATEGORY = "garden-tools"
SHIPPING = (
    ("Standard delivery", "Three to five days, climate-neutral.", "5.95"),
    ("Express delivery", "The next working day if you order before noon.", "12.95"),
)


@transaction.atomic
def load(say: Callable[[str], None], *, today: date) -> None:
    """Write the ways of delivery, the offer and the voucher, valid since before the first order."""
    if Voucher.objects.filter(code=VOUCHER).exists():
        return
    say("delivery methods, offer and voucher")
    since = timezone.make_aware(datetime.combine(today - timedelta(days=90), time.min))
    for name, description, charge in SHIPPING:
        OrderAndItemCharges.objects.create(
            name=name, description=description, price_per_order=Decimal(charge), price_per_item=Decimal(0)
        )
    _garden_weeks(since)
    _welcome(since)


def _garden_weeks(since: datetime) -> None:
    tools = Range.objects.create(name="Garden tools", slug="garden-tools", is_public=False)
    tools.included_categories.add(Category.objects.get(slug=GARDEN_CATEGORY))
    _percent_off(GARDEN_OFFER, 15, tools, since=since, offer_type=ConditionalOffer.SITE)


def _welcome(since: datetime) -> None:
    everything = Range.objects.create(name="Everything", slug="everything", includes_all_products=True)
    offer = _percent_off(WELCOME_OFFER, 10, everything, since=since, offer_type=ConditionalOffer.VOUCHER)
    voucher = Voucher.objects.create(
        name="Welcome",
        code=VOUCHER,
        usage=Voucher.MULTI_USE,
        start_datetime=since,
        end_datetime=since + timedelta(days=5 * 365),
    )
    voucher.offers.add(offer)


def _percent_off(name: str, percent: int, goods: Any, *, since: datetime, offer_type: str) -> Any:
    return ConditionalOffer.objects.create(
        name=name,
        description=f"{percent} % off, taken off in your basket.",
        offer_type=offer_type,
        condition=Condition.objects.create(range=goods, type=Condition.COUNT, value=1),
        benefit=Benefit.objects.create(range=goods, type=Benefit.PERCENTAGE, value=percent),
        start_datetime=since,
    )
