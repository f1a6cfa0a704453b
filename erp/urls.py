"""Which address belongs to which face: the shop or the back office."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path

oscar: Any = apps.get_app_config("oscar")

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include(oscar.urls[0])),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
