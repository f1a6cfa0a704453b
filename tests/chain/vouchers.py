"""A voucher to race for, and what it takes off."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from oscar.core.loading import get_model

from erp.sales.sale import SaleDiscount


def single_use():
    """Ten per cent off, once."""
    now, year = timezone.now(), timedelta(days=365)
    everything = get_model("offer", "Range").objects.create(name="Everything", includes_all_products=True)
    condition = get_model("offer", "Condition").objects.create(range=everything, type="Count", value=1)
    benefit = get_model("offer", "Benefit").objects.create(range=everything, type="Percentage", value=10)
    offer = get_model("offer", "ConditionalOffer").objects.create(
        name="Ten off", offer_type="Voucher", condition=condition, benefit=benefit
    )
    voucher = get_model("voucher", "Voucher").objects.create(
        name="Once", code="ONCE", usage="Single use", start_datetime=now - year, end_datetime=now + year
    )
    voucher.offers.add(offer)
    return voucher


def once_a_customer(most=1):
    """Ten per cent off for everybody, so often for each."""
    offer = single_use().offers.get()
    offer.vouchers.all().delete()
    offer.offer_type, offer.max_user_applications = "Site", most
    offer.save()
    return offer


def taken_off(offer, amount="1.00", **changes):
    return (SaleDiscount(offer.pk, offer.name, Decimal(amount), **changes),)


def ten_off(voucher, amount="1.00"):
    offer = voucher.offers.get()
    return (SaleDiscount(offer.pk, offer.name, Decimal(amount), voucher=voucher.pk),)
