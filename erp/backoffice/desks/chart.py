"""The chart of accounts: looked at, and kept by the accountant."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounting import chart
from accounting.models import Account, JournalLine
from accounting.refusal import Refusal

from .. import asking, bookshelf, links
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin
from ..site import office

ADD = "accounting.add_account"
CHANGE = "accounting.change_account"
DELETE = "accounting.delete_account"


class AccountForm(forms.Form):
    """An account as its company names it."""

    code = forms.CharField(max_length=20)
    name = forms.CharField(max_length=120)
    kind = forms.ChoiceField(choices=Account.Kind.choices)
    group = forms.CharField(
        max_length=80,
        required=False,
        help_text="Its heading in the statements, such as Operating expenses.",
    )


class NewAccountForm(AccountForm):
    party_required = forms.BooleanField(
        label="By customer or supplier", required=False, help_text="Each line names one of them."
    )


class RoleForm(forms.Form):
    """Which role of the posting rules an account is to play."""

    role = forms.ChoiceField()

    def __init__(self, data: Any, *, kind: str) -> None:
        super().__init__(data)
        played = Account.objects.filter(kind=kind).exclude(role="").order_by("code")
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (row.role, f"{row.role}, now of {row}") for row in played
        ]


@admin.register(Account, site=office)
class AccountAdmin(Exported, ReadOnlyAdmin):
    list_display = ("code", "name", "kind", "group", "role", "active")
    list_filter = ("kind", "active", "group")
    search_fields = ("code", "name", "role")
    ordering = ("code",)
    actions = ("change", "give_role", "use", "retire", "remove")
    resource_classes = [export_of(Account, "code", "name", "kind", "group", "role", "active")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ADD)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for an account of the company's own, and add it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewAccountForm(request.POST or None)
        if form.is_valid():
            try:
                made = chart.add(**form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"{made} is in the chart.")
                return redirect(links.page_of(made))
        return asking.page(self, request, "Add an account", form, back=links.list_of(Account))

    def page(self, request: HttpRequest, row: Account) -> Page:
        totals = row.lines.posted().aggregate(debit=Sum("debit"), credit=Sum("credit"))  # type: ignore[attr-defined]
        debit, credit = totals["debit"] or 0, totals["credit"] or 0
        facts = [
            ("Name", row.name),
            ("Kind", row.get_kind_display()),
            ("Group", row.group),
            ("Role", row.role),
            ("In use", row.active),
            ("By customer or supplier", row.party_required),
            ("Settled item by item", row.open_item),
            ("Debits", debit),
            ("Credits", credit),
            ("Balance (debits less credits)", debit - credit),
            ("All lines", links.anchor(links.list_of(JournalLine, account__code=row.code), "Show")),
        ]
        latest = row.lines.order_by("-date", "-entry_id", "line_no")
        return Page(facts, [bookshelf.lines(latest[: bookshelf.LATEST])])

    def offered(self, row: Account) -> Sequence[str]:
        if row.role:
            return ("change",)
        return ("change", *(("give_role", "retire") if row.active else ("use",)), "remove")

    @verb("Change…", needs=CHANGE)
    def change(self, request: HttpRequest, accounts: QuerySet[Account]) -> HttpResponse | None:
        """Ask what an account is called, then write that."""
        account = self.only_one(request, accounts)
        if account is None:
            return None
        known = {name: getattr(account, name) for name in ("code", "name", "kind", "group")}
        form = AccountForm(answers(request), initial=known)
        return self._asked(request, account, form, f"Change {account}", chart.change, "is changed")

    @verb("Give it a role…", needs=CHANGE)
    def give_role(self, request: HttpRequest, accounts: QuerySet[Account]) -> HttpResponse | None:
        """Ask which role an account is to play, then move it there."""
        account = self.only_one(request, accounts)
        if account is None:
            return None
        form = RoleForm(answers(request), kind=account.kind)

        def move(to: Account, *, role: str) -> None:
            chart.move_role(role, to=to)

        return self._asked(request, account, form, f"Give {account} a role", move, "plays this role now")

    @verb("Take into use again", needs=CHANGE)
    def use(self, request: HttpRequest, accounts: QuerySet[Account]) -> HttpResponse | None:
        return self._each(request, accounts, chart.use, "takes lines again")

    @verb("Take out of use", needs=CHANGE)
    def retire(self, request: HttpRequest, accounts: QuerySet[Account]) -> HttpResponse | None:
        return self._each(request, accounts, chart.retire, "takes no new lines")

    @verb("Delete", needs=DELETE)
    def remove(self, request: HttpRequest, accounts: QuerySet[Account]) -> HttpResponse | None:
        """Delete accounts without lines, and go to the list: their pages are no longer there."""
        self._each(request, accounts, chart.delete, "is deleted")
        return redirect(links.list_of(Account))

    def _asked(
        self, request: HttpRequest, account: Account, form: forms.Form, title: str, take: Any, done: str
    ) -> HttpResponse | None:
        if not form.is_valid():
            return self.ask(request, title, [account], [("", form)])
        try:
            take(account, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self.ask(request, title, [account], [("", form)])
        account.refresh_from_db()
        return self.carry_out(request, [account], lambda row: f"{row} {done}.")

    def _each(
        self, request: HttpRequest, accounts: QuerySet[Account], take: Callable[[Account], None], done: str
    ) -> HttpResponse | None:
        def taken(row: Account) -> str:
            name = str(row)
            take(row)
            return f"{name} {done}."

        return self.carry_out(request, list(accounts.order_by("code")), taken)
