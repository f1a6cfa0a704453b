"""What a customer has answered in the checkout so far. Kept in the session; no card number ever is."""

from dataclasses import asdict, dataclass, replace

from erp.sales.sale import Address
from erp.sales.treatment import Buyer, territory, vat_country

KEY = "checkout"
PRICES = "prices"


@dataclass(frozen=True, slots=True)
class Answers:
    email: str = ""
    ship_to: Address | None = None
    bill_to: Address | None = None
    shipping: str = ""
    payment: str = ""
    vat_id: str = ""
    vat_evidence: str = ""

    @classmethod
    def of(cls, request) -> "Answers":
        """Return what the session knows."""
        known = request.session.get(KEY, {})
        addresses = {name: Address(**known[name]) for name in ("ship_to", "bill_to") if known.get(name)}
        return cls(**{**known, "ship_to": None, "bill_to": None, **addresses})

    @property
    def country(self) -> str:
        return self.ship_to.country if self.ship_to else ""

    def buyer(self, *, home: str) -> Buyer:
        """Return who buys as the law of VAT sees it: a consumer at home, until told otherwise."""
        if self.ship_to is None:
            return Buyer(home)
        billed = self.bill_to or self.ship_to
        return Buyer(
            territory(self.ship_to.country, self.ship_to.postcode),
            vat_country=vat_country(self.vat_id),
            is_business=bool(billed.company),
        )

    def but(self, **changes) -> "Answers":
        return replace(self, **changes)

    def keep(self, request) -> None:
        request.session[KEY] = asdict(self)


def wished_prices(request) -> str:
    """Return how this visit wants to see prices: including VAT, unless it said otherwise."""
    return "net" if request.session.get(PRICES) == "net" else "gross"


def forget(request) -> None:
    """Start the next purchase with empty hands, but keep who and where: people order again."""
    Answers.of(request).but(shipping="", payment="").keep(request)
