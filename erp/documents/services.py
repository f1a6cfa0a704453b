"""The company's settings, read once a transaction."""

from .models import Company


def company() -> Company:
    """Return who sells."""
    return Company.objects.get(pk=1)


def letterhead(company: Company) -> dict[str, str]:
    """Return what a document keeps of the company as it is today."""
    names = ("name", "address", "country", "email", "phone", "vat_id", "bank_name", "iban", "bic")
    return {name: getattr(company, name) for name in names}
