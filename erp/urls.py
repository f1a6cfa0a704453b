"""Which address belongs to which face: the shop or the back office."""

from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path

handler500 = "shop.security.something_failed"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("shop.urls")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
