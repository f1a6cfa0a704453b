"""Writes Oscar's order rows from a Sale, in bulk: the number of statements does not grow with the lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from django.conf import settings
from oscar.core.loading import get_model

from accounting.models import Party, TaxCode
from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.documents.models import Company, IllegalTransition

from . import customers
from .charges import shipping_code, standard_shipping, write_charges
from .models import OrderCharge, OrderEvent, Terms
from .pricing import Amounts, Totals, tax_on
from .sale import Address, Sale, SaleLine

BillingAddress = get_model("order", "BillingAddress")
Order = get_model("order", "Order")
OrderLine = get_model("order", "Line")
ShippingAddress = get_model("order", "ShippingAddress")

MOST_PIECES = 1_000_000_000
MOST_MONEY = Decimal("9999999999.99")  # what Oscar's columns hold


class TooMuch(Refusal):
    """A sale of more pieces or money than an order can hold."""


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line of an order with what Oscar's row does not hold: its tax code, and whether it is goods."""

    row: Any
    tax_code: TaxCode
    goods: bool


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order with everything its documents are made from."""

    order: Any
    terms: Terms
    lines: list[OrderedLine]
    charges: list[OrderCharge]

    @property
    def email(self) -> str:
        return self.order.user.email if self.order.user else self.order.guest_email


def with_number(number: str) -> Any:
    """Return the order with a number."""
    return Order.objects.get(number=number)


def hold(pk: int | None) -> Any:
    """Lock an order with its terms: what happens to it happens one after the other."""
    rows = Order.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("terms__party", "user").get(pk=pk)


def hold_all(keys: Iterable[int | None]) -> None:
    """Lock several orders that are paid together, before anything is posted: counters come last."""
    rows = Order.objects.select_for_update(no_key=True).filter(pk__in=set(keys) - {None})
    list(rows.order_by("pk").values_list("pk", flat=True))


def is_goods(product: Any) -> bool:
    """Whether a product lies in a warehouse, as opposed to a service."""
    return product.get_product_class().track_stock


def write_order(
    sale: Sale, totals: Totals, *, number: str, records: dict[int, Any], firm: Company, on: date
) -> Ordered:
    """Write the order, its address(es), lines, charges and terms. `records` are the stock records by product.

    Raises TooMuch.
    """
    _refuse_too_much(sale, totals)
    ship_to = _address(ShippingAddress, sale.ship_to)
    ship_to.phone_number = sale.ship_to.phone
    ShippingAddress.objects.bulk_create([ship_to])
    bill_to = (
        _address(BillingAddress, sale.bill_to) if sale.bill_to and sale.bill_to != sale.ship_to else None
    )
    if bill_to:
        BillingAddress.objects.bulk_create([bill_to])
    order = _order(sale, totals, number=number, ship_to=ship_to, bill_to=bill_to)
    Order.objects.bulk_create([order])
    rows = [
        _line(order, line, amounts, record=records[line.product.pk], prices=sale.prices)
        for line, amounts in zip(sale.lines, totals.lines, strict=True)
    ]
    OrderLine.objects.bulk_create(rows)
    terms = _terms(sale, totals, order, firm=firm, on=on)
    Terms.objects.bulk_create([terms])
    lines = [
        OrderedLine(row, line.tax_code, row.num_allocated > 0)
        for row, line in zip(rows, sale.lines, strict=True)
    ]
    return Ordered(order, terms, lines, write_charges(order, totals))


def load(order: Any) -> Ordered:
    """Return an order with its terms, lines, charges and tax codes. Four queries."""
    terms = Terms.objects.select_related("party").get(order=order)
    rows = list(order.lines.select_related("product__parent").order_by("pk"))
    codes = TaxCode.objects.in_bulk({row.tax_code for row in rows}, field_name="code")
    lines = [OrderedLine(row, codes[row.tax_code], row.num_allocated > 0) for row in rows]
    charges = OrderCharge.objects.filter(order=order).select_related("tax_code").order_by("position")
    return Ordered(order, terms, lines, list(charges))


def note(order: Any, name: str, message: str, source_key: str = "", *, by: Any = None) -> None:
    """Write what happened into the order's process log."""
    event = OrderEvent(order=order, name=name, message=message, source_key=source_key, user=by)
    OrderEvent.objects.bulk_create([event])


def move_order(order: Any, status: str) -> None:
    """Change an order's status in one statement, so that of two callers only one succeeds."""
    if order.status == status == "partly shipped":
        return
    allowed = settings.OSCAR_ORDER_STATUS_PIPELINE
    if status not in allowed.get(order.status, ()):
        raise IllegalTransition(f"Order {order.number} is {order.status}: it cannot become {status}.")
    if not Order.objects.filter(pk=order.pk, status=order.status).update(status=status):
        raise IllegalTransition(f"Order {order.number} is no longer {order.status}.")
    order.status = status


def pays_by(order: Any, provider: str) -> None:
    """Note that the customer has chosen another way to pay."""
    Terms.objects.filter(order=order).update(payment_method=provider)
    order.terms.payment_method = provider


def snapshot(address: Any) -> dict[str, str]:
    """Return an Oscar address as plain words, for a document to keep."""
    names = ("first_name", "last_name", "line1", "line2", "state", "postcode")
    words = {name: getattr(address, name) or "" for name in names}
    return words | {
        "company": address.line3 or "",
        "city": address.line4 or "",
        "country": address.country_id,
        "country_name": str(Locale("en").territories.get(address.country_id, address.country_id)),
        "name": f"{address.first_name} {address.last_name}".strip(),
    }


def buyer_of(ordered: Ordered) -> dict[str, str]:
    """Return the buyer as the order holds him."""
    address = ordered.order.billing_address or ordered.order.shipping_address
    return snapshot(address) | {"email": ordered.email, "vat_id": ordered.terms.vat_id}


def _refuse_too_much(sale: Sale, totals: Totals) -> None:
    before = max(amounts.before_gross for amounts in totals.lines)
    if max(line.quantity for line in sale.lines) > MOST_PIECES or max(totals.gross, before) > MOST_MONEY:
        raise TooMuch("This order is too large. Please order less, or write to us.")


def _order(sale: Sale, totals: Totals, *, number: str, ship_to: Any, bill_to: Any) -> Any:
    return Order(
        number=number,
        site_id=settings.SITE_ID,
        basket_id=sale.basket_id,
        user=sale.user,
        guest_email="" if sale.user else sale.email,
        currency=settings.CURRENCY,
        total_incl_tax=totals.gross,
        total_excl_tax=totals.net,
        shipping_incl_tax=totals.shipping.gross,
        shipping_excl_tax=totals.shipping.net,
        shipping_tax_code=shipping_code(totals),
        shipping_address=ship_to,
        billing_address=bill_to,
        shipping_method=sale.shipping.name,
        shipping_code=sale.shipping.code,
        status="pending payment" if sale.is_pending else "confirmed",
        date_placed=sale.placed_at,
    )


def _line(order: Any, line: SaleLine, amounts: Amounts, *, record: Any, prices: str) -> Any:
    """Return Oscar's row. `num_allocated` is what was promised at placement: nothing for a service."""
    unit_tax = tax_on(line.unit_price, line.tax_code.rate, prices=prices)
    return OrderLine(
        order=order,
        partner_id=record.partner_id,
        partner_sku=record.partner_sku,
        stockrecord_id=record.pk,
        product=line.product,
        title=line.product.get_title(),
        upc=line.product.upc,
        quantity=line.quantity,
        line_price_excl_tax=amounts.net,
        line_price_incl_tax=amounts.gross,
        line_price_before_discounts_excl_tax=amounts.before_net,
        line_price_before_discounts_incl_tax=amounts.before_gross,
        unit_price_excl_tax=line.unit_price - (unit_tax if prices == "gross" else ZERO),
        unit_price_incl_tax=line.unit_price + (unit_tax if prices == "net" else ZERO),
        tax_code=line.tax_code.code,
        num_allocated=line.quantity if is_goods(line.product) else 0,
    )


def _terms(sale: Sale, totals: Totals, order: Any, *, firm: Company, on: date) -> Terms:
    party = party_of(sale)
    return Terms(
        order=order,
        party=party,
        payment_days=customers.payment_days(party),
        prices=sale.prices,
        invoice_on=_invoice_on(sale, firm),
        payment_method=sale.payment_method,
        origin=sale.origin,
        ordered_on=on,
        vat_id=sale.vat_id,
        vat_evidence=sale.vat_evidence,
        standard_shipping=standard_shipping(sale, totals),
    )


def _invoice_on(sale: Sale, firm: Company) -> str:
    """Return what makes the invoice due. Where nothing will be shipped, shipment is the order itself.

    Goods that go to a business in another country of the EU are billed as they are shipped: the invoice
    proves their delivery.
    """
    policy = sale.invoice_on or firm.invoice_on
    if any(line.tax_code.category == TaxCode.Category.INTRA_COMMUNITY for line in sale.lines):
        policy = "shipment"
    has_goods = any(is_goods(line.product) for line in sale.lines)
    return policy if has_goods or policy != "shipment" else "order"


def party_of(sale: Sale) -> Party:
    """Write the customer's row in the books, or bring it up to date, and return it. One statement."""
    party = Party(
        key=sale.party_key,
        kind="customer",
        name=(sale.buyer.company or sale.buyer.name)[:255],
        email=sale.email,
        country=sale.buyer.country,
    )
    Party.objects.bulk_create(
        [party], update_conflicts=True, unique_fields=["key"], update_fields=["name", "email", "country"]
    )
    return party


def _address(model: type, address: Address) -> Any:
    return model(
        first_name=address.first_name,
        last_name=address.last_name,
        line1=address.line1,
        line2=address.line2,
        line3=address.company,
        line4=address.city,
        state=address.state,
        postcode=address.postcode,
        country_id=address.country,
    )
