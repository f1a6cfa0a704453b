"""The pages to look around in: home, lists, search, and a product."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe
from oscar.core.loading import get_model

from . import listing, product, tree
from .forms import AddForm

Category = get_model("catalogue", "Category")
ConditionalOffer = get_model("offer", "ConditionalOffer")
Range = get_model("offer", "Range")

CHOICE = 8


@dataclass(frozen=True, slots=True)
class Tile:
    """A category on the home page."""

    branch: tree.Branch
    original: Any


@require_safe
def home(request):
    """Show who we are, the categories, and what we would look at first."""
    products = listing.ordered(listing.shown(request.strategy.key), {}).prefetch_related("images")[:CHOICE]
    menu = {branch.pk: branch for branch in tree.of(request).menu}
    rows = Category.objects.filter(pk__in=menu).only("image").order_by("path")
    tiles = [Tile(menu[row.pk], row.image) for row in rows]
    return render(request, "shop/home.html", {"products": products, "tiles": tiles})


@require_safe
def catalogue(request):
    return _list(request, listing.shown(request.strategy.key), {"heading": "All products"})


@require_safe
def category(request, category_slug: str, pk: str):
    """Show a category. Its key finds it: an address with an old name still works."""
    branch = tree.of(request).branches.get(int(pk))
    if branch is None:
        raise Http404("There is no such category.")
    products = listing.in_categories(listing.shown(request.strategy.key), branch.family)
    text = Category.objects.values_list("description", flat=True).get(pk=pk)
    return _list(request, products, {"heading": branch.name, "branch": branch, "text": text})


@require_safe
def search(request):
    text = listing.ListingForm(request.GET).choices.get("q", "")
    products = listing.matching(listing.shown(request.strategy.key), text, tree=tree.of(request))
    heading = f"Results for “{text}”" if text else "All products"
    return _list(request, products, {"heading": heading, "searched": text})


@require_safe
def offer(request, slug: str):
    """Show the products of an offer."""
    row = get_object_or_404(ConditionalOffer.active, slug=slug, offer_type=ConditionalOffer.SITE)
    products = listing.shown(request.strategy.key).filter(pk__in=row.products().values("pk"))
    return _list(request, products, {"heading": row.name, "text": row.description})


@require_safe
def product_range(request, slug: str):
    row = get_object_or_404(Range, slug=slug, is_public=True)
    products = listing.shown(request.strategy.key).filter(pk__in=row.all_products().values("pk"))
    return _list(request, products, {"heading": row.name, "text": row.description})


@require_safe
def detail(request, product_slug: str, pk: str):
    """Show a product; a variant is shown on its parent's page."""
    found = product.find(int(pk), for_staff=request.user.is_staff)
    if found.is_child:
        return redirect(f"{found.parent.get_absolute_url()}?variant={found.pk}")
    if request.path != unquote(found.get_absolute_url()):
        return redirect(found, permanent=True)
    return product_page(request, found)


def product_page(request, found, *, form: AddForm | None = None) -> HttpResponse:
    """Render a product's page, with the form as it was filled in wrongly."""
    page = product.page(found, request.strategy, variant=request.GET.get("variant", ""))
    form = form or AddForm(choices=page.choices)
    branches = tree.of(request).branches
    filed = [branches[pk] for pk in found.categories.values_list("pk", flat=True) if pk in branches]
    branch = max(filed, key=lambda branch: len(branch.trail), default=None)
    context = {"product": found, "page": page, "form": form, "branch": branch}
    return render(request, "shop/product.html", context)


def _list(request, products: QuerySet, context: dict) -> HttpResponse:
    form = listing.ListingForm(request.GET)
    products = listing.ordered(listing.narrowed(products, form.choices), form.choices)
    pages = Paginator(products.prefetch_related("images"), settings.OSCAR_PRODUCTS_PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return render(request, "shop/listing.html", {"form": form, "page": page, "text": "", **context})
