"""The shop's addresses. Oscar's names are kept where Oscar's models ask for them."""

from django.conf import settings
from django.contrib.auth.views import LogoutView, PasswordResetDoneView
from django.urls import include, path, re_path, register_converter
from django.urls.converters import StringConverter
from django.views.generic import RedirectView

from .basket import views as basket
from .catalogue import views as catalogue
from .checkout import payment_views as payment
from .checkout import views as checkout
from .customer import giving_back
from .customer import order_views as orders
from .customer import views as customer
from .pages import shipping_costs, show_prices, withdrawal


class Words(StringConverter):
    """Words that every database can look up: PostgreSQL refuses NUL."""

    regex = r"[^/\x00]+"


register_converter(Words, "words")
KEY = r"(?P<pk>[0-9]{1,18})"  # no number beyond the integers of a database

CATALOGUE = [
    path("", catalogue.catalogue, name="index"),
    re_path(rf"^(?P<product_slug>[\w-]*)_{KEY}/$", catalogue.detail, name="detail"),
    re_path(rf"^category/(?P<category_slug>[\w-]+(/[\w-]+)*)_{KEY}/$", catalogue.category, name="category"),
    path("ranges/<words:slug>/", catalogue.product_range, name="range"),
]
BASKET = [
    path("", basket.summary, name="summary"),
    path("add/<int:pk>/", basket.add, name="add"),
    path("update/", basket.update, name="update"),
    path("vouchers/add/", basket.add_voucher, name="vouchers-add"),
    path("vouchers/<int:pk>/remove/", basket.remove_voucher, name="vouchers-remove"),
]
CHECKOUT = [
    path("", checkout.address, name="index"),
    path("delivery/", checkout.delivery, name="delivery"),
    path("preview/", checkout.preview, name="preview"),
    path("place/", checkout.place, name="place"),
    path("thank-you/<str:token>/", checkout.thank_you, name="thank-you"),
    path("pay/<str:token>/", payment.pay, name="pay"),
    path("return/<str:token>/", payment.returned, name="return"),
    path("not-paid/<str:token>/", payment.not_paid, name="not-paid"),
]
CUSTOMER = [
    path("accounts/login/", customer.LoginView.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/register/", customer.register, name="register"),
    path("accounts/profile/", customer.profile, name="profile"),
    path("accounts/password/", customer.PasswordChangeView.as_view(), name="password"),
    path("accounts/reset/", customer.PasswordResetView.as_view(), name="password-reset"),
    path(
        "accounts/reset/sent/",
        PasswordResetDoneView.as_view(template_name="shop/customer/password_reset_sent.html"),
        name="password-reset-sent",
    ),
    path(
        "accounts/reset/<uidb64>/<token>/",
        customer.PasswordResetConfirmView.as_view(),
        name="password-reset-confirm",
    ),
    path("accounts/orders/", orders.order_list, name="order-list"),
    path("accounts/orders/<words:number>/", orders.order, name="order"),
    path("accounts/orders/<words:number>/<slug:kind>-<int:pk>.<slug:form>", orders.paper, name="paper"),
    path("orders/<str:token>/", orders.guest_order, name="guest-order"),
    path("orders/<str:token>/<slug:kind>-<int:pk>.<slug:form>", orders.guest_paper, name="guest-paper"),
    path("orders/<str:token>/pay/", orders.pay, name="guest-order-pay"),
]
for name, page in (
    ("cancel", giving_back.cancel),
    ("send-back", giving_back.send_back),
    ("withdraw", giving_back.withdraw),
):
    CUSTOMER += [
        path(f"accounts/orders/<words:number>/{name}/", giving_back.by_number(page), name=name),
        path(f"orders/<str:token>/{name}/", giving_back.by_link(page), name=f"guest-{name}"),
    ]
withdrawn = "withdrawn/<int:pk>/"
CUSTOMER += [
    path(
        f"accounts/orders/<words:number>/{withdrawn}",
        giving_back.by_number(giving_back.withdrawn),
        name="withdrawn",
    ),
    path(
        f"orders/<str:token>/{withdrawn}", giving_back.by_link(giving_back.withdrawn), name="guest-withdrawn"
    ),
]

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("catalogue/", include((CATALOGUE, "catalogue"))),
    path("search/", include(([path("", catalogue.search, name="search")], "search"))),
    path("offers/", include(([path("<words:slug>/", catalogue.offer, name="detail")], "offer"))),
    path("basket/", include((BASKET, "basket"))),
    path("checkout/", include((CHECKOUT, "checkout"))),
    path("", include((CUSTOMER, "customer"))),
    path("shipping/", shipping_costs, name="shipping-costs"),
    path("prices/", show_prices, name="show-prices"),
    path("withdrawal/", withdrawal, name="withdrawal"),
    path("payments/<slug:provider>/webhook/", payment.webhook, name="payment-webhook"),
    path("sandbox-card/<str:token>/", payment.sandbox, name="sandbox-card"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/icon.svg")),
]
