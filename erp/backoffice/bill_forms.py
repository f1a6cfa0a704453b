"""What staff type off suppliers' bills and credit notes. Nothing is written here."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounting import chart
from accounting.models import Account, TaxCode
from accounting.money import ZERO, money
from erp.documents.services import company
from erp.procure_to_pay import Expense, Goods
from erp.purchasing.models import PurchaseLine, Supplier, SupplierBill
from erp.sales.treatment import EU

from .forms import DAY

Category = TaxCode.Category
FROM_EU = (Category.ACQUISITION, Category.SERVICE_FROM_EU)
BOUGHT = (
    Category.STANDARD,
    Category.ZERO,
    Category.EXEMPT,
    Category.OUTSIDE_SCOPE,
    *FROM_EU,
    Category.OWED_BY_BUYER,
)
Kind = SupplierBill.Kind
LARGEST_FILE = 8 * 1024 * 1024
MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}


@dataclass(frozen=True, slots=True)
class Offered:
    """The VAT that a bill may bear, and the usual one."""

    codes: QuerySet[TaxCode]
    usual: TaxCode | None


class WhoseForm(forms.Form):
    """Whose bill it is, and whether it is one."""

    supplier = forms.ModelChoiceField(Supplier.objects.order_by("name", "pk"))
    kind = forms.ChoiceField(choices=Kind.choices)


class PaperForm(forms.Form):
    """What stands at the head of a supplier's bill or credit note."""

    number = forms.CharField(label="Their number", max_length=100)
    issued_on = forms.DateField(label="Their date", widget=DAY, initial=timezone.localdate)
    due_on = forms.DateField(
        label="Due", required=False, widget=DAY, help_text="Empty: by the days agreed with the supplier."
    )
    accepted_because = forms.CharField(
        label="Accepted because",
        max_length=255,
        required=False,
        help_text="Why it may differ from the order by more than is tolerated.",
    )
    file = forms.FileField(
        label="The paper itself", required=False, help_text="PDF or picture, at most 8 MB."
    )

    def clean_issued_on(self) -> Any:
        """Refuse a paper of a day to come."""
        if self.cleaned_data["issued_on"] > timezone.localdate():
            raise forms.ValidationError("That day is still to come.")
        return self.cleaned_data["issued_on"]

    def clean_file(self) -> Any:
        """Refuse a file that is no paper."""
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_FILE:
            raise forms.ValidationError("It is larger than 8 MB.")
        return file

    def paper(self) -> dict[str, Any]:
        """Return the head as the chain takes it."""
        said = dict(self.cleaned_data)
        file = said.pop("file")
        return said | {"file": (file.name, file.read()) if file else None}


class RateField(forms.ModelChoiceField):
    """A VAT rate by its name."""

    def label_from_instance(self, code: Any) -> str:
        """Return what the rate is called."""
        return str(code.name)


class Taxed(forms.Form):
    """A net amount and its VAT, which is worked out by the rate unless it is typed."""

    net = forms.DecimalField(label="Net", min_value=0, required=False, **MONEY)
    tax_code = RateField(TaxCode.objects.none(), label="VAT", required=False, empty_label="none")
    tax = forms.DecimalField(
        label="VAT in the paper", min_value=0, required=False, help_text="Empty: by the rate.", **MONEY
    )

    def __init__(self, data: Any, *, vat: Offered, initial: dict[str, Any], prefix: str) -> None:
        super().__init__(data, initial={"tax_code": vat.usual, **initial}, prefix=prefix)
        self.fields["tax_code"].queryset = vat.codes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Work out the VAT, and refuse VAT that nobody knows the rate of."""
        said = super().clean() or self.cleaned_data
        code, net = said.get("tax_code"), said.get("net")
        if said.get("tax") and code is None:
            self.add_error("tax_code", "Say at which rate.")
        if said.get("tax") is None and net is not None:
            said["tax"] = _charged(net, code)
        return said


def _charged(net: Decimal, code: TaxCode | None) -> Decimal:
    """Return the VAT that a supplier charges by a code: none where we owe it."""
    return ZERO if code is None or code.category in TaxCode.OWED_BY_US else money(net * code.rate / 100)


class GoodsForm(Taxed):
    """Pieces of an ordered line that a supplier bills or credits."""

    quantity = forms.IntegerField(label="Pieces", min_value=0, required=False)
    field_order = ("quantity", "net", "tax_code", "tax")

    def __init__(self, data: Any, *, line: PurchaseLine, is_credit: bool, vat: Offered) -> None:
        pieces = billable(line, is_credit=is_credit)
        before = line.worth(line.owed)
        net = abs(line.worth(line.owed + (-pieces if is_credit else pieces)) - before)
        known = {"quantity": pieces, "net": net}
        super().__init__(data, vat=vat, prefix=f"line{line.pk}", initial=known)
        self.line = line

    def clean(self) -> dict[str, Any]:
        """Refuse pieces without an amount, and the other way round."""
        said = super().clean()
        if said.get("quantity") and said.get("net") is None:
            self.add_error("net", "Say what they cost.")
        return said

    def goods(self) -> list[Goods]:
        """Return the line as the chain takes it; none where no piece is billed."""
        said = self.cleaned_data
        if not said["quantity"]:
            return []
        return [Goods(self.line, said["quantity"], said["net"], said["tax"], said["tax_code"])]


def billable(line: PurchaseLine, *, is_credit: bool) -> int:
    """Return the pieces of a line that a supplier may still bill, or credit."""
    if is_credit:
        return min(line.returned, line.billed) - line.credited
    return line.received - line.billed


class ExpenseForm(Taxed):
    """What is billed besides goods: rent, freight, fees."""

    account = forms.ModelChoiceField(
        Account.objects.filter(active=True, role__in=("", chart.EXPENSES, chart.FEES), party_required=False)
        .filter(kind__in=("expense", "asset"))
        .order_by("-kind", "code"),
        required=False,
        empty_label="nothing",
    )
    description = forms.CharField(max_length=255, required=False)
    field_order = ("account", "description", "net", "tax_code", "tax")

    def __init__(self, data: Any, *, row: int, vat: Offered) -> None:
        super().__init__(data, vat=vat, prefix=f"expense{row}", initial={})

    def clean(self) -> dict[str, Any]:
        """Refuse an amount without its account, and the other way round."""
        said = super().clean()
        if said.get("account") and said.get("net") is None:
            self.add_error("net", "Say how much.")
        if said.get("net") is not None and not said.get("account"):
            self.add_error("account", "Say what it is for.")
        return said

    def expenses(self) -> list[Expense]:
        """Return the line as the chain takes it; none where nothing is filled in."""
        said = self.cleaned_data
        if not said["account"]:
            return []
        words = said["description"] or said["account"].name
        return [Expense(said["account"], words, said["net"], said["tax"], said["tax_code"])]


class MoneyForm(forms.Form):
    """Money that went to a supplier without a payment run (by direct debit, say), or came back from one."""

    amount = forms.DecimalField(min_value=Decimal("0.01"), **MONEY)
    on = forms.DateField(label="On", initial=timezone.localdate, widget=DAY)
    reference = forms.CharField(
        max_length=140, help_text="As the bank names it: the same reference is never taken twice."
    )

    def clean_on(self) -> Any:
        """Refuse money of a day to come."""
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError("That day is still to come.")
        return self.cleaned_data["on"]


def offered(supplier: Supplier | None = None, *, of_goods: bool = False) -> Offered:
    """Return the VAT of a supplier's bills: rates of home, and what we owe in place of one from abroad.

    The usual one is the highest rate; for third countries there is none.
    """
    today, home = timezone.localdate(), company().country
    ended: Any = Q(valid_to__lt=today)
    rows = TaxCode.objects.filter(~ended, country=home, valid_from__lte=today, category__in=BOUGHT)
    codes = rows.order_by("-rate", "code")
    if supplier is None:
        return Offered(codes, None)
    if supplier.country == home:
        return Offered(codes.exclude(category__in=FROM_EU), codes.filter(category=Category.STANDARD).first())
    if {home, supplier.country} <= EU:
        usual = Category.ACQUISITION if of_goods else Category.SERVICE_FROM_EU
        return Offered(codes, codes.filter(category=usual).first())
    return Offered(codes.exclude(category__in=FROM_EU), None)
