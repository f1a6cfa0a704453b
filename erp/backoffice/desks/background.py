"""What runs behind the scenes: effects on their way out, and the files that documents became."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from oscar.core.loading import get_model

from erp.documents.models import DocumentFile, Outbox
from erp.invoicing.mails import by_hand
from erp.sales.models import OrderEvent

from .. import links, todo
from ..actions import verb
from ..pages import Page, ReadOnlyAdmin
from ..site import office

Order = get_model("order", "Order")


class ProgressFilter(admin.SimpleListFilter):
    """What is done, waits, or is stuck."""

    title = "progress"
    parameter_name = "progress"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("stuck", "stuck"), ("waiting", "waiting"), ("done", "done")]

    def queryset(self, request: HttpRequest, rows: QuerySet[Outbox]) -> QuerySet[Outbox]:
        if self.value() == "stuck":
            return todo.stuck(rows, now=timezone.now())
        if self.value() == "waiting":
            return rows.filter(done_at=None)
        return rows.exclude(done_at=None) if self.value() == "done" else rows


@admin.register(Outbox, site=office)
class OutboxAdmin(ReadOnlyAdmin):
    list_display = ("key", "topic", "order_number", "created_at", "attempts", "done_at", "last_error")
    list_filter = (ProgressFilter, "topic", "created_at")
    search_fields = ("key", "order_number", "last_error")
    ordering = ("-pk",)
    actions = ("send_now",)

    def offered(self, row: Outbox) -> Sequence[str]:
        sent = OrderEvent.objects.filter(order__number=row.order_number, name="mailed", source_key=row.key)
        return ["send_now"] if row.topic == "mail" and not sent.exists() else []

    @verb("Send it now", needs="sales.change_step")
    def send_now(self, request: HttpRequest, rows: QuerySet[Outbox]) -> HttpResponse | None:
        """Send mails that wait or were held back."""

        def take(row: Outbox) -> str:
            by_hand.send_now(row, now=timezone.now())
            return f"{row} goes out now."

        return self.carry_out(request, rows.order_by("pk"), take)

    def page(self, request: HttpRequest, row: Outbox) -> Page:
        order = Order.objects.filter(number=row.order_number).first() if row.order_number else None
        facts = [
            ("Order", links.to(order)),
            ("What", row.topic.replace("_", " ")),
            ("Asked for", row.created_at),
            ("Attempts", row.attempts),
            ("Next try", None if row.done_at else row.next_try_at),
            ("Done", row.done_at),
            ("Last error", row.last_error),
        ]
        return Page(facts)


@admin.register(DocumentFile, site=office)
class DocumentFileAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "document", "created_at")
    list_filter = ("kind", "created_at")
    search_fields = ("name", "source_key")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DocumentFile]:
        return super().get_queryset(request).defer("content")

    @admin.display(ordering="source_key")
    def document(self, row: DocumentFile) -> str:
        return links.to_source(row.source_key)

    def page(self, request: HttpRequest, row: DocumentFile) -> Page:
        facts = [
            ("Document", links.to_source(row.source_key)),
            ("Made", row.created_at),
            ("SHA-256", row.sha256),
            ("Download", links.anchor(reverse("admin:file", args=[row.pk]), row.name)),
        ]
        return Page(facts)
