"""The back office's own admin site: what its index shows, in which order, and who sees what waits."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from . import (
    bank_pages,
    counters,
    exports_page,
    mail_preview,
    papers,
    payment_page,
    picking_pages,
    reorder_page,
    reports,
    statements,
)
from .sections import grouped
from .sheets import pages as sheets
from .todo import todos


class LoginForm(AdminAuthenticationForm):
    """Staff log in by their e-mail address or by their short name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address or username"


class BackOffice(AdminSite):
    """Only what is registered here is shown: Oscar's own registrations stand on Django's default site."""

    site_header = "Back office"
    site_title = "Back office"
    index_title = "Today"
    enable_nav_sidebar = True
    login_form = LoginForm
    empty_value_display = ""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Return the models in sections of work, not by the app that keeps them."""
        apps = super().get_app_list(request, app_label)
        return apps if app_label else grouped(apps)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what waits above the sections."""
        waiting = list(todos(request.user, now=timezone.now()))
        return super().index(request, {**(extra_context or {}), "todos": waiting})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Say whether to show the links to the books and to the looks of mails."""
        shows = {
            "shows_books": reports.may_see(request.user),
            "shows_picking": request.user.has_perm(picking_pages.PICK),  # type: ignore[union-attr]
            "shows_mails": mail_preview.may_see(request.user),
        }
        return super().each_context(request) | shows

    def books(self, request: HttpRequest) -> HttpResponse:
        """Show the books' reports."""
        return reports.books(request, self.each_context(request))

    def exports(self, request: HttpRequest) -> HttpResponse:
        """Ask which file of the books is wanted, and hand it out."""
        return exports_page.page(request, self.each_context(request))

    def report(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Show one of the accountant's reports."""
        return sheets.show(request, slug, self.each_context(request))

    def bank_work(self, request: HttpRequest) -> HttpResponse:
        """Show the lines of the bank that wait."""
        return bank_pages.work(request, self.each_context(request))

    def clearing(self, request: HttpRequest) -> HttpResponse:
        """Show the clearing accounts order by order."""
        return bank_pages.clearing(request, self.each_context(request))

    def bank_refunds(self, request: HttpRequest) -> HttpResponse:
        """Show the refunds to transfer."""
        return bank_pages.refunds(request, self.each_context(request))

    def refund_account(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask to which account a refund goes."""
        return bank_pages.refund_account(request, pk, self.each_context(request))

    def reorder(self, request: HttpRequest) -> HttpResponse:
        """Show what should be ordered from suppliers."""
        return reorder_page.page(request, self.each_context(request))

    def picking(self, request: HttpRequest) -> HttpResponse:
        """Show what is to be picked."""
        return picking_pages.start_page(request, self.each_context(request))

    def pick_note(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a note at the shelf."""
        return picking_pages.note_page(request, pk, self.each_context(request))

    def bills_due(self, request: HttpRequest) -> HttpResponse:
        """Show the bills to pay."""
        return payment_page.page(request, self.each_context(request))

    def statement(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a customer's statement of account."""
        return statements.page(request, pk, self.each_context(request))

    def counters(self, request: HttpRequest) -> HttpResponse:
        """Show which counters of stock are wrong."""
        return counters.page(request, self.each_context(request))

    def mails(self, request: HttpRequest) -> HttpResponse:
        """Show how mails to customers look."""
        return mail_preview.page(request, self.each_context(request))

    def get_urls(self) -> list[Any]:
        """Add the books' reports, documents and whatever a source key names."""
        own = [
            path("books/", self.admin_view(self.books), name="books"),
            path("books/exports/", self.admin_view(self.exports), name="exports"),
            path("reports/<slug:slug>/", self.admin_view(self.report), name="report"),
            path("reports/<slug:slug>.<slug:kind>", self.admin_view(sheets.download), name="report_file"),
            path("pdf/<slug:kind>/<int:pk>/", self.admin_view(papers.pdf), name="pdf"),
            path("xml/<slug:kind>/<slug:form>/<int:pk>/", self.admin_view(papers.xml), name="xml"),
            path("file/<int:pk>/", self.admin_view(papers.file), name="file"),
            path("bank/lines/", self.admin_view(self.bank_work), name="bank_work"),
            path("bank/clearing/", self.admin_view(self.clearing), name="clearing"),
            path("bank/refunds/", self.admin_view(self.bank_refunds), name="bank_refunds"),
            path(
                "bank/refunds/<int:pk>/account/", self.admin_view(self.refund_account), name="refund_account"
            ),
            path("bills-to-pay/", self.admin_view(self.bills_due), name="bills_due"),
            path("reorder/", self.admin_view(self.reorder), name="reorder"),
            path("statement/<int:pk>/", self.admin_view(self.statement), name="statement"),
            path("statement/<int:pk>/send/", self.admin_view(statements.send), name="statement_send"),
            path(
                "statement/<int:pk>/<slug:kind>/", self.admin_view(statements.download), name="statement_file"
            ),
            path("stock/counters/", self.admin_view(self.counters), name="counters"),
            path("picking/", self.admin_view(self.picking), name="picking"),
            path("picking/<int:pk>/", self.admin_view(self.pick_note), name="pick_note"),
            path("picking/<int:pk>/scan/", self.admin_view(picking_pages.scan), name="pick_scan"),
            path("mails/", self.admin_view(self.mails), name="mails"),
            path("mails/page/", self.admin_view(mail_preview.html), name="mail_page"),
            path("mails/test/", self.admin_view(mail_preview.send_test), name="mail_test"),
            path("source/", self.admin_view(papers.source), name="source"),
        ]
        return [*own, *super().get_urls()]


office = BackOffice(name="admin")
