"""Which products a page lists, in which order, and with what it says of each: one query for them all."""

from decimal import Decimal

from django import forms
from django.db.models import BooleanField, Case, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from oscar.core.loading import get_model

from erp.inventory.free import with_free

from .folding import Fold, fold
from .tree import Tree

Product = get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")

SORTS = {
    "": ("Our choice", ["-priority", "-date_created", "-pk"]),
    "price": ("Price: low to high", [F("lowest").asc(nulls_last=True), "pk"]),
    "-price": ("Price: high to low", [F("lowest").desc(nulls_last=True), "pk"]),
    "title": ("Name", ["title", "pk"]),
    "new": ("Newest", ["-date_created", "-pk"]),
}
MOST_WORDS = 8


class ListingForm(forms.Form):
    """How the customer wants a list: sorted, and narrowed down."""

    q = forms.CharField(label="Search", required=False, max_length=200)
    sort = forms.ChoiceField(
        label="Sort by", required=False, choices=[(key, name) for key, (name, _) in SORTS.items()]
    )
    low = forms.DecimalField(label="Price from", required=False, min_value=0, max_value=Decimal(10**9))
    high = forms.DecimalField(label="Price to", required=False, min_value=0, max_value=Decimal(10**9))
    stock = forms.BooleanField(label="In stock only", required=False)

    @property
    def choices(self) -> dict:
        """Return what is valid of what was asked for."""
        self.is_valid()
        return self.cleaned_data

    @property
    def narrows(self) -> bool:
        return any(self.choices.get(name) for name in ("low", "high", "stock"))


def shown(key: str) -> QuerySet:
    """Return the products that customers see: variants hide behind their parents.

    What is held for the sale with the key is left for it.
    """
    return _with_offer(Product.objects.browsable(), key)


def in_categories(products: QuerySet, keys: list[int]) -> QuerySet:
    filed = Product.categories.through.objects.filter(category__in=keys)
    return products.filter(pk__in=filed.values("product"))


def matching(products: QuerySet, text: str, *, tree: Tree) -> QuerySet:
    """Keep the products of which every word is found in title, SKU, code, description or category.

    Words match inside of words; neither case nor accents matter. Variants count for their parents.
    """
    for word in fold(text).split()[:MOST_WORDS]:
        products = products.filter(pk__in=_hits(word, tree))
    return products


def narrowed(products: QuerySet, choices: dict) -> QuerySet:
    """Keep what is within the wanted prices, and in stock where that is wanted."""
    if choices.get("low") is not None:
        products = products.filter(lowest__gte=choices["low"])
    if choices.get("high") is not None:
        products = products.filter(lowest__lte=choices["high"])
    if choices.get("stock"):
        products = products.filter(Q(left__gt=0) | Q(counted=False), lowest__isnull=False)
    return products


def ordered(products: QuerySet, choices: dict) -> QuerySet:
    """Sort as wanted. A search without a wish shows first what has the word in its title."""
    order = SORTS[choices.get("sort") or ""][1]
    words = fold(choices.get("q") or "").split()
    if words and not choices.get("sort"):
        in_title = Case(When(folded_title__contains=words[0], then=0), default=1)
        return products.alias(folded_title=Fold("title")).order_by(in_title, *order)
    return products.order_by(*order)


def _hits(word: str, tree: Tree) -> QuerySet:
    """Return the keys of products (of a variant: its parent's) that a word is found in."""
    records = StockRecord.objects.alias(folded=Fold("partner_sku")).filter(folded__contains=word)
    named = [pk for branch in tree.branches.values() if word in fold(branch.name) for pk in branch.family]
    filed = Product.categories.through.objects.filter(category__in=named)
    found = (
        Q(folded_title__contains=word)
        | Q(folded_text__contains=word)
        | Q(folded_upc__contains=word)
        | Q(pk__in=records.values("product"))
        | Q(pk__in=filed.values("product"))
    )
    texts = {"folded_title": Fold("title"), "folded_text": Fold("description"), "folded_upc": Fold("upc")}
    hits = Product.objects.public().alias(**texts).filter(found)
    return hits.annotate(top=Coalesce("parent_id", "pk")).values("top")


def _with_offer(products: QuerySet, key: str) -> QuerySet:
    """Add what a card shows: lowest and highest price, pieces left and to come, and whether they count."""
    records = with_free(StockRecord.objects.all(), key=key, now=timezone.now())
    own = records.filter(product=OuterRef("pk"))
    variants = records.filter(product__parent=OuterRef("pk"), product__is_public=True)
    return products.select_related("product_class", "product_tax").annotate(
        lowest=Coalesce(_first(own, "price"), _first(variants, "price")),
        highest=Coalesce(_first(own, "price"), _first(variants, "-price")),
        left=Coalesce(Subquery(own.values("here")[:1]), _total(variants, "here"), 0),
        later=Coalesce(Subquery(own.values("later")[:1]), _total(variants, "later"), 0),
        counted=Coalesce("product_class__track_stock", Value(True), output_field=BooleanField()),
    )


def _first(records: QuerySet, order: str) -> Subquery:
    return Subquery(records.filter(price__isnull=False).order_by(order).values("price")[:1])


def _total(records: QuerySet, figure: str) -> Subquery:
    """Return the sum of a figure over the variants of a product."""
    grouped = records.order_by().values("product__parent")
    return Subquery(grouped.annotate(total=Sum(figure)).values("total")[:1])
