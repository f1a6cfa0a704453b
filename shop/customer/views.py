"""The pages of an account: in, out, register, profile, password."""

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash, views
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .forms import LoginForm, PasswordResetForm, ProfileForm, RegisterForm

BACKEND = "shop.customer.backends.EmailOrUsername"
asks = require_http_methods(["GET", "HEAD", "POST"])


class LoginView(views.LoginView):
    authentication_form = LoginForm
    template_name = "shop/customer/login.html"
    redirect_authenticated_user = True


class PasswordChangeView(views.PasswordChangeView):
    template_name = "shop/customer/password.html"
    success_url = reverse_lazy("customer:profile")

    def form_valid(self, form):
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)


class PasswordResetView(views.PasswordResetView):
    form_class = PasswordResetForm
    template_name = "shop/customer/password_reset.html"
    success_url = reverse_lazy("customer:password-reset-sent")


class PasswordResetConfirmView(views.PasswordResetConfirmView):
    template_name = "shop/customer/password_reset_confirm.html"
    success_url = reverse_lazy("customer:login")

    def form_valid(self, form):
        messages.success(self.request, "Your new password is set. You can log in with it now.")
        return super().form_valid(form)


@never_cache
@asks
def register(request):
    """Open an account, and log in to it."""
    if request.user.is_authenticated:
        return redirect("customer:profile")
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save(), backend=BACKEND)
        messages.success(request, "Welcome! Your account is open.")
        return redirect(_next(request) or "customer:order-list")
    context = {"form": form, "next": _next(request)}
    return render(request, "shop/customer/register.html", context)


@never_cache
@login_required
@asks
def profile(request):
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, request.user)
        messages.success(request, "Your details are saved.")
        return redirect("customer:profile")
    return render(request, "shop/customer/profile.html", {"form": form})


def _next(request) -> str:
    """Return the page of ours that the customer came from."""
    address = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if ours else ""
