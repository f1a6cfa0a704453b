"""The kinds of lists that can be brought in."""

from .accounts import Accounts
from .kind import Kind
from .opening import Opening
from .prices import Prices
from .products import Products
from .stock import Stock
from .suppliers import Suppliers

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (Prices(), Stock(), Products(), Suppliers(), Accounts(), Opening())
}
