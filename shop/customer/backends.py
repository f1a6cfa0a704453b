"""Who a name and a password belong to: customers and staff alike."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.db.models import Q

User = get_user_model()


class EmailOrUsername(ModelBackend):
    """Logs in by e-mail address in any case, or by user name.

    It takes one hash whether or not there is such an account: the time of an answer tells nobody which.
    """

    def authenticate(self, request: Any, username: Any = None, password: Any = None, **kwargs: Any) -> Any:
        if not username or password is None:
            return None
        named = User.objects.filter(Q(email__iexact=username) | Q(username=username)).order_by("pk")
        candidates = list(named)
        if not candidates:
            User().set_password(password)
        for user in candidates:
            if user.check_password(password) and self.user_can_authenticate(user):
                return user
        return None
