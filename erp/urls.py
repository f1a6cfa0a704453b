"""Which address belongs to which face: the shop or the back office."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path

from erp.backoffice.site import office

handler500 = "shop.security.something_failed"

urlpatterns = [
    path("admin/", office.urls),
    path("", include("shop.urls")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
