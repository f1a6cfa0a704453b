"""The company's settings, read once a transaction."""

from .models import Company

PRINTED = (
    *("name", "address", "country", "email", "phone", "vat_id", "tax_number", "legal_notice"),
    *("bank_name", "iban", "bic"),
)


def company() -> Company:
    """Return who sells."""
    return Company.objects.get(pk=1)


def letterhead(company: Company) -> dict[str, str]:
    """Return what a document keeps of the company as it is today."""
    return {name: getattr(company, name) for name in PRINTED}
