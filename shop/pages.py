"""The pages the law asks for. Their texts are flat pages that staff edit; here is what they begin with."""

from pathlib import Path

from django.conf import settings
from django.contrib.flatpages.models import FlatPage
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from .answers import PRICES
from .checkout.shipping import all_methods
from .customer import mails
from .customer.forms import FindOrderForm
from .posted import posted

TEXTS = Path(__file__).parent / "texts"
PAGES = {
    "/imprint/": ("Imprint", "flatpages/imprint.html"),
    "/terms/": ("Terms and conditions", ""),
    "/privacy/": ("Privacy", ""),
    "/withdrawal/": ("Right of withdrawal", "flatpages/withdrawal.html"),
}


def seed(**kwargs) -> None:
    """Add the pages that are missing, change nothing that is there. Run after every migrate."""
    known = set(FlatPage.objects.filter(url__in=PAGES).values_list("url", flat=True))
    for url, (title, template) in PAGES.items():
        if url not in known:
            text = (TEXTS / f"{url.strip('/')}.html").read_text()
            page = FlatPage.objects.create(url=url, title=title, content=text, template_name=template)
            page.sites.add(settings.SITE_ID)


@posted("home")
def show_prices(request):
    """Show prices from now on with VAT or without, and go back to where the customer was."""
    request.session[PRICES] = "net" if request.POST.get("prices") == "net" else "gross"
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if is_ours else "home")


@require_safe
def shipping_costs(request):
    """List what shipping costs, from the methods that staff have set up."""
    return render(request, "shop/shipping_costs.html", {"methods": list(all_methods())})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdrawal(request):
    """Say what the right of withdrawal is, and lead to it: guests have the link to their order mailed.

    The answer is the same whether there is such an order or not.
    """
    form = FindOrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        mails.ask_for_order_link(**form.cleaned_data, now=timezone.now())
        return redirect(f"{request.path}?sent")
    page = FlatPage.objects.filter(url="/withdrawal/", sites=settings.SITE_ID).first()
    context = {"form": form, "flatpage": page, "sent": "sent" in request.GET}
    return render(request, "shop/withdrawal.html", context)
