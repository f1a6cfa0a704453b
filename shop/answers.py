"""What a customer has answered in the checkout so far. Kept in the session; no card number ever is."""

from dataclasses import asdict, dataclass, replace

from erp.sales.sale import Address

KEY = "checkout"


@dataclass(frozen=True, slots=True)
class Answers:
    email: str = ""
    ship_to: Address | None = None
    bill_to: Address | None = None
    shipping: str = ""
    payment: str = ""

    @classmethod
    def of(cls, request) -> "Answers":
        """Return what the session knows."""
        known = request.session.get(KEY, {})
        addresses = {name: Address(**known[name]) for name in ("ship_to", "bill_to") if known.get(name)}
        return cls(**{**known, "ship_to": None, "bill_to": None, **addresses})

    @property
    def country(self) -> str:
        return self.ship_to.country if self.ship_to else ""

    def but(self, **changes) -> "Answers":
        return replace(self, **changes)

    def keep(self, request) -> None:
        request.session[KEY] = asdict(self)


def forget(request) -> None:
    """Start the next purchase with empty hands, but keep who and where: people order again."""
    Answers.of(request).but(shipping="", payment="").keep(request)
