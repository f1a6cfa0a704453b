"""Products with their texts, categories, price and attributes, by SKU; a product with variants by its UPC.

A column `attribute:colour` is the attribute `colour` of a product's type. A product keeps its type, and a
variant its parent. How all of it is written is in `cataloguing`.
"""

from collections.abc import Iterable, Iterator, Sequence

from oscar.core.loading import get_model

from erp.sales.models import TaxClass

from ..safe_html import harmless_markup
from . import attributes, catalogue, cataloguing
from .attributes import PREFIX
from .catalogue import Known
from .cells import BadCell, Column, one_of, positive, text, whole, yes_no
from .kind import Facts, Key, Kind, Run, Want, portions

Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")

KEPT = ("type", "parent", "structure")
AT_ONCE = 500
LONGEST_NEW = 64  # a new product has its SKU as its UPC too
STANDALONE, PARENT, CHILD = Product.STANDALONE, Product.PARENT, Product.CHILD


class Products(Kind):
    name = "products"
    title = "Products"
    needs = "catalogue.add_product"
    makes_new = True
    columns = (
        Column("sku", text(128), is_required=True),
        Column("title", text(255), is_required=True, may_be_empty=True),
        Column("type", text(128)),
        Column("structure", one_of(STANDALONE, PARENT, CHILD)),
        Column("parent", text(128)),
        Column("categories", text(2000)),
        Column("price", positive),
        Column("tax_class", text(20)),
        Column("public", yes_no),
        Column("warn_at", whole),
        Column("description", text(100_000, lines=True)),
    )
    help = (
        "sku, title, type; parent of a variant; categories such as Lamps > Floor | Sale; price, public, "
        "description, and a column attribute:colour for each attribute."
    )

    def rank(self, want: Want) -> int:
        return int(want.says("structure") == CHILD)

    def column(self, name: str) -> Column | None:
        """Return a column; any attribute has one."""
        if name.startswith(PREFIX) and name != PREFIX:
            return Column(name, text(10_000, lines=True))
        return super().column(name)

    def hold(self, wants: Sequence[Want]) -> None:
        cataloguing.hold(want.key[0] for want in wants)

    def now(self, keys: Iterable[Key]) -> dict[Key, Facts]:
        found: dict[Key, Facts] = {}
        for some in portions(sorted(keys), AT_ONCE):
            rows = catalogue.found(sku for (sku,) in some)
            found |= {(sku,): facts for sku, facts in catalogue.facts(rows)}
        return found

    def check(self, wants: Sequence[Want]) -> None:
        known = catalogue.known(wants)
        taxes = set(TaxClass.objects.values_list("code", flat=True))
        for want in wants:
            _complete(want, known)
        for want in wants:
            _check(want, known)
            if want.values.get("tax_class") and want.values["tax_class"] not in taxes:
                want.refuse("tax_class", f"is none of {', '.join(sorted(taxes))}")
            for name in want.values:
                if name.startswith(PREFIX):
                    _check_attribute(want, name, known)

    def write(self, wants: Sequence[Want], run: Run) -> None:
        cataloguing.write(wants, by=run.by)

    def take_away(self, wants: Sequence[Want], run: Run) -> None:
        cataloguing.take_away([want.key[0] for want in wants])

    def everything(self) -> Iterator[Facts]:
        """Yield all products, each with its attributes."""
        keys = list(Product.objects.order_by("pk").values_list("pk", flat=True))
        for some in portions(keys, AT_ONCE):
            for sku, facts in catalogue.facts(catalogue.by_keys(some)):
                yield {"sku": sku, **facts}


def _complete(want: Want, known: Known) -> None:
    """Put in what a row need not say, and tidy what it does."""
    values = want.values
    if "description" in values:
        values["description"] = harmless_markup(values["description"])
    if values.get("categories"):
        values["categories"] = catalogue.tidy(values["categories"])
    if want.before is None:
        _complete_new(want, known)
        return
    for name in (*KEPT, "public", "title"):
        if not values.get(name, "kept"):
            values[name] = want.before.get(name, "")


def _complete_new(want: Want, known: Known) -> None:
    values = want.values
    parent = values.get("parent", "")
    if not values.get("structure"):
        values["structure"] = CHILD if parent else PARENT if want.key[0] in known.parents else STANDALONE
    if not values.get("type"):
        values["type"] = known.type_of(parent) or known.only_type
    if not values.get("public"):
        values["public"] = "yes"


def _check(want: Want, known: Known) -> None:
    if want.before is not None:
        _check_kept(want, want.before)
    elif len(want.key[0]) > LONGEST_NEW:
        want.refuse("sku", f"has {len(want.key[0])} characters: at most {LONGEST_NEW}")
    elif want.values["type"] not in known.types:
        want.refuse(
            "type", f"is none of {', '.join(sorted(known.types)) or 'the product types: there are none'}"
        )
    _check_structure(want, known)
    if not all(0 < len(part) < 256 for path in catalogue.paths(want.says("categories")) for part in path):
        want.refuse("categories", "has an empty or very long name: write Lamps > Floor | Sale")


def _check_structure(want: Want, known: Known) -> None:
    structure = want.says("structure")
    if structure == CHILD:
        _check_variant(want, known)
    elif not want.says("title"):
        want.refuse("title", "must not be empty")
    elif want.says("parent"):
        want.refuse("parent", "only a variant has a parent")
    if structure == PARENT and (want.says("price") or want.says("warn_at")):
        want.refuse("price", "a product with variants has none: its variants have")


def _check_kept(want: Want, before: Facts) -> None:
    for name in KEPT:
        if want.values.get(name, before[name]) != before[name]:
            want.refuse(name, f"it is {before[name] or 'empty'}, and stays so")


def _check_variant(want: Want, known: Known) -> None:
    if known.structure_of(want.says("parent")) != PARENT:
        want.refuse("parent", "is no product with variants, here or in this file")
    elif want.says("type") != known.type_of(want.says("parent")):
        want.refuse("type", "a variant is of its parent's type")
    if want.says("categories"):
        want.refuse("categories", "a variant is in the categories of its parent")


def _check_attribute(want: Want, name: str, known: Known) -> None:
    value, kind = want.values[name], known.types.get(want.says("type"))
    attribute = kind and known.attributes.get((kind.pk, name.removeprefix(PREFIX)))
    if attribute is None:
        if value:
            want.refuse(name, f"{want.says('type')} has no such attribute")
        return
    try:
        value = want.values[name] = attributes.meaning(attribute, value)
    except BadCell as bad:
        want.refuse(name, str(bad))
        return
    if attribute.required and not value and want.says("structure") != PARENT:
        want.refuse(name, "must not be empty")
