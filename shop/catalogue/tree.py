"""The categories that customers see, as a tree made from one query."""

from dataclasses import dataclass, field

from django.core.cache import cache
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from oscar.core.loading import get_model

Category = get_model("catalogue", "Category")


@dataclass(slots=True, eq=False)
class Branch:
    """A category with its place in the tree."""

    pk: int
    name: str
    slug: str
    in_menu: bool
    parent: "Branch | None" = None
    children: list["Branch"] = field(default_factory=list)

    @property
    def trail(self) -> list["Branch"]:
        """Return the way from the top down to this one."""
        return [*(self.parent.trail if self.parent else []), self]

    @property
    def family(self) -> list[int]:
        """Return the keys of this category and all below it."""
        return [self.pk, *(pk for child in self.children for pk in child.family)]

    @property
    def url(self) -> str:
        slug = "/".join(branch.slug for branch in self.trail)
        return reverse("catalogue:category", kwargs={"category_slug": slug, "pk": self.pk})


@dataclass(frozen=True, slots=True)
class Tree:
    branches: dict[int, Branch]

    @property
    def roots(self) -> list[Branch]:
        return [branch for branch in self.branches.values() if branch.parent is None]

    @property
    def menu(self) -> list[Branch]:
        return [branch for branch in self.roots if branch.in_menu]


def load() -> Tree:
    """Read the tree: one query."""
    branches: dict[int, Branch] = {}
    by_path: dict[str, Branch] = {}
    rows = Category.objects.browsable().order_by("path")
    for row in rows.only("pk", "name", "slug", "path", "exclude_from_menu"):
        parent = by_path.get(row.path[: -Category.steplen])
        branch = Branch(row.pk, row.name, row.slug, not row.exclude_from_menu, parent)
        branches[row.pk] = by_path[row.path] = branch
        if parent:
            parent.children.append(branch)
    return Tree(branches)


def of(request) -> Tree:
    """Return the tree, read at most once a request."""
    if not hasattr(request, "category_tree"):
        request.category_tree = SimpleLazyObject(load)
    return request.category_tree


def forget_addresses(sender, instance, **kwargs) -> None:
    """Drop the addresses that Oscar keeps of a category and those below it, for it never does so itself."""
    keys = sender.objects.filter(path__startswith=instance.path).values_list("pk", flat=True)
    cache.delete_many([f"CATEGORY_URL_{get_language()}_{pk}" for pk in keys])
