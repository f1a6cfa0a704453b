"""Who may do what: the groups of staff that a company begins with. A company may change them afterwards.

Documents are never changed by hand, so their permissions stand for what the chain does with them:
`change_deliverynote` picks and ships, `add_return` takes in and closes returns, `change_return` answers
them, `add_invoice` and `add_creditnote` issue papers, `add_paymentoperation` takes money in,
`add_stockmove` adjusts stock, `change_stocklevel` puts it into another bin, `change_order` cancels,
`change_step` retries, `add_reminder` reminds, `change_reminderpause` lets reminders rest,
`change_customerterms` agrees terms with a customer, `add_bankstatement` and `add_payout` read in files,
`change_bankline` matches, `add_payoutexplanation` explains, `add_transferbatch` orders refunds at the bank.
`change_purchaseorder` orders, cancels and closes, `add_goodsreceipt` receives, `add_supplierreturn` sends
back, `add_supplierbill` books bills and credit notes, `add_supplierpayment` pays them. `add_dataimport`
brings in the lists that somebody may change otherwise, `add_journalentry` opening balances.
`add_entrydraft` writes entries by hand, `change_entrydraft` agrees to and posts them, `change_period` locks
and opens periods, `change_account` keeps the chart, `add_exportrecord` takes files of the books away,
`add_verification` runs all checks. `add_transfer` drafts a transfer, `change_transfer` sends and receives
it, `add_stocktake` starts and posts a stocktake, `change_stocktake` counts, `change_adjustment` approves or
rejects what somebody else found different.
Settings and people are the administrator's.
"""

from collections.abc import Iterable
from typing import Any

from auditlog.context import disable_auditlog
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

OSCARS_GROUP = "All Oscar Dashboard Permissions"
ALL = ("view", "add", "change", "delete")
LOOK_AT_SALES = (
    "order.view_order",
    "sales.view_step",
    "invoicing.view_invoice",
    "invoicing.view_creditnote",
    "invoicing.view_payment",
    "invoicing.view_providerevent",
    "delivery.view_deliverynote",
    "delivery.view_return",
)
LOOK_AT_STOCK = (
    "catalogue.view_product",
    "partner.view_stockrecord",
    "inventory.view_stocklevel",
    "inventory.view_stockmove",
    "inventory.view_warehouse",
    "inventory.view_transfer",
)
LOOK_AT_COUNTS = (
    "inventory.view_stocktake",
    "inventory.view_stocktakeline",
    "inventory.view_adjustment",
)
CATALOGUE = (
    "catalogue.product",
    "catalogue.productimage",
    "catalogue.category",
    "catalogue.productclass",
    "catalogue.productattribute",
    "catalogue.attributeoptiongroup",
    "catalogue.attributeoption",
)
OFFERS = (
    "offer.conditionaloffer",
    "offer.condition",
    "offer.benefit",
    "offer.range",
    "offer.rangeproduct",
    "voucher.voucher",
)
BOOKS = (
    "accounting.view_journalentry",
    "accounting.view_journalline",
    "accounting.view_account",
    "accounting.view_openitem",
    "accounting.view_party",
    "accounting.view_period",
    "accounting.view_taxcode",
    "documents.view_documentfile",
    "documents.view_outbox",
    "inventory.view_stockvalue",
    "inventory.view_countercorrection",
    "accounting.view_entrydraft",
    "accounting.view_fiscalyear",
    "accounting.view_exportrecord",
    "closing.view_verification",
    "auditlog.view_logentry",
)
KEEP_BOOKS = (
    "accounting.add_journalentry",
    "accounting.add_entrydraft",
    "accounting.change_entrydraft",
    "accounting.change_period",
    "accounting.add_account",
    "accounting.change_account",
    "accounting.delete_account",
    "accounting.add_exportrecord",
    "closing.add_verification",
)

BANK = (
    "banking.view_bankstatement",
    "banking.add_bankstatement",
    "banking.view_bankline",
    "banking.change_bankline",
    "banking.view_payout",
    "banking.add_payout",
    "banking.add_payoutexplanation",
    "banking.view_transferbatch",
    "banking.add_transferbatch",
    "banking.view_csvmapping",
    "banking.add_csvmapping",
    "banking.change_csvmapping",
)

LOOK_AT_PURCHASES = (
    "purchasing.view_purchaseorder",
    "purchasing.view_goodsreceipt",
    "purchasing.view_supplierreturn",
    "purchasing.view_supplier",
)
BILLS = (
    "purchasing.view_supplierbill",
    "purchasing.view_supplierpayment",
)
LISTS = ("backoffice.view_dataimport", "backoffice.add_dataimport")

ROLES: dict[str, tuple[str, ...]] = {
    "sales": (
        *LOOK_AT_SALES,
        *LOOK_AT_STOCK,
        *LISTS,
        *(f"{name.replace('.', f'.{action}_')}" for name in CATALOGUE + OFFERS for action in ALL),
        "inventory.view_pricechange",
        "documents.view_outbox",
        "order.change_order",
        "delivery.change_return",
        "sales.change_step",
        "invoicing.add_invoice",
        "invoicing.add_creditnote",
        "invoicing.add_reminder",
        "invoicing.change_reminderpause",
        "shipping.view_orderanditemcharges",
        "flatpages.view_flatpage",
        "flatpages.change_flatpage",
    ),
    "warehouse": (
        *LOOK_AT_STOCK,
        *LISTS,
        "order.view_order",
        "sales.view_step",
        "delivery.view_deliverynote",
        "delivery.change_deliverynote",
        "delivery.view_carrier",
        "delivery.add_carrier",
        "delivery.change_carrier",
        "delivery.view_return",
        "delivery.add_return",
        "delivery.change_return",
        "inventory.add_stockmove",
        *LOOK_AT_COUNTS,
        "inventory.add_transfer",
        "inventory.change_transfer",
        "inventory.add_stocktake",
        "inventory.change_stocktake",
        "inventory.change_adjustment",
        "inventory.change_stocklevel",
        *LOOK_AT_PURCHASES,
        "purchasing.add_goodsreceipt",
        "purchasing.add_supplierreturn",
    ),
    "purchasing": (
        *LISTS,
        *LOOK_AT_STOCK,
        *LOOK_AT_PURCHASES,
        *BILLS,
        "purchasing.add_purchaseorder",
        "purchasing.change_purchaseorder",
        "purchasing.add_goodsreceipt",
        "purchasing.add_supplierreturn",
        "purchasing.add_supplier",
        "purchasing.change_supplier",
        *(f"purchasing.{action}_supplierprice" for action in ALL),
    ),
    "accountant": (
        *LOOK_AT_SALES,
        *LOOK_AT_STOCK,
        *BOOKS,
        *BANK,
        *LOOK_AT_COUNTS,
        "inventory.change_adjustment",
        *LOOK_AT_PURCHASES,
        *BILLS,
        "purchasing.view_supplierprice",
        "purchasing.change_supplier",
        "purchasing.add_supplierbill",
        "purchasing.add_supplierpayment",
        *LISTS,
        *KEEP_BOOKS,
        "purchasing.view_paymentrun",
        "inventory.view_pricechange",
        "invoicing.add_invoice",
        "invoicing.add_creditnote",
        "invoicing.add_paymentoperation",
        "sales.change_step",
        "invoicing.add_reminder",
        "invoicing.change_reminderpause",
        "sales.change_customerterms",
        "accounting.change_taxcode",  # the boxes of the VAT return
        "sales.view_taxclass",
        "sales.view_taxrule",
    ),
    # Looks at all that has to do with the books, and takes files away. Changes nothing.
    "auditor": (
        *LOOK_AT_SALES,
        *LOOK_AT_STOCK,
        *LOOK_AT_COUNTS,
        *LOOK_AT_PURCHASES,
        *BILLS,
        *BOOKS,
        *(name for name in BANK if ".view_" in name),
        "accounting.add_exportrecord",
        "purchasing.view_supplierprice",
        "purchasing.view_paymentrun",
        "inventory.view_pricechange",
        "sales.view_taxclass",
        "sales.view_taxrule",
        "documents.view_company",
        "backoffice.view_dataimport",
    ),
}


def seed(**kwargs: Any) -> None:
    """Make the groups that are missing; one that is there keeps what a company gave it.

    Run after every migrate. A group that was made by name only, with no permission, is filled. Oscar's
    own group is of no use here: it goes, unless somebody is in it.
    """
    with disable_auditlog():  # what a company begins with is no change
        _seed()


def _seed() -> None:
    Group.objects.filter(name=OSCARS_GROUP, user=None).delete()
    for name, wanted in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        if not group.permissions.exists():
            group.permissions.set(_permissions(wanted))


def _permissions(names: Iterable[str]) -> Any:
    found = Q(pk__in=())
    for name in names:
        app, codename = name.split(".")
        found |= Q(content_type__app_label=app, codename=codename)
    return Permission.objects.filter(found)
