"""Who works at the demo company, and who buys there. What staff may do is decided by their groups."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from oscar.core.loading import get_model

from erp.sales.sale import Address

User = get_user_model()
UserAddress = get_model("address", "UserAddress")

PASSWORD = "linden-and-quince"
# Role, e-mail address, password: what `quickstart` prints for whoever tries the demo out.
LOGINS: list[tuple[str, str, str]] = [
    ("administrator", "admin@lindenquince.example", PASSWORD),
    ("sales", "sales@lindenquince.example", PASSWORD),
    ("warehouse", "warehouse@lindenquince.example", PASSWORD),
    ("purchasing", "purchasing@lindenquince.example", PASSWORD),
    ("accountant", "accountant@lindenquince.example", PASSWORD),
    ("customer", "anna.becker@example.com", PASSWORD),
]
NAMES = {
    "administrator": ("Henrike", "Linden"),
    "sales": ("Tobias", "Quast"),
    "warehouse": ("Mehmet", "Aydin"),
    "purchasing": ("Jule", "Brandt"),
    "accountant": ("Ruth", "Ehlers"),
}
CUSTOMERS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "people.json").read_text(encoding="utf-8")
)
ADDRESS_FIELDS = (
    "first_name",
    "last_name",
    "company",
    "line1",
    "city",
    "state",
    "postcode",
    "country",
    "phone",
)


@transaction.atomic
def load(say: Callable[[str], None], *, today: date) -> None:
    """Write the staff, and those customers that have an account, with their addresses."""
    emails = [email for _, email, _ in LOGINS]
    if User.objects.filter(email__in=emails).exists():
        return
    say("staff and customers")
    password = make_password(PASSWORD)
    for role, email, _ in LOGINS:
        if role in NAMES:
            _hire(role, email, password)
    for key, row in CUSTOMERS.items():
        if not row.get("guest"):
            _register(key, row, password)


def address_of(key: str) -> Address:
    """Return where a customer lives, as a sale wants it."""
    row = CUSTOMERS[key]
    return Address(**{name: row[name] for name in ADDRESS_FIELDS if name in row})


def colleague(role: str) -> Any:
    """Return the demo's member of staff with a role, or None if that account was removed."""
    emails = {name: email for name, email, _ in LOGINS}
    return User.objects.filter(email=emails[role]).first()


def _hire(role: str, email: str, password: str) -> None:
    first, last = NAMES[role]
    person = User.objects.create(
        username=role,
        email=email,
        password=password,
        first_name=first,
        last_name=last,
        is_staff=True,
        is_superuser=role == "administrator",
    )
    if not person.is_superuser:
        person.groups.add(Group.objects.get_or_create(name=role)[0])


def _register(key: str, row: dict[str, Any], password: str) -> None:
    name = {"first_name": row["first_name"], "last_name": row["last_name"]}
    person = User.objects.create(username=key, email=row["email"], password=password, **name)
    UserAddress.objects.create(
        user=person,
        **name,
        line1=row["line1"],
        line3=row.get("company", ""),
        line4=row["city"],
        state=row.get("state", ""),
        postcode=row["postcode"],
        country_id=row["country"],
        phone_number=row.get("phone", ""),
        is_default_for_shipping=True,
        is_default_for_billing=True,
    )
