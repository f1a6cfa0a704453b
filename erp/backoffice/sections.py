"""In which order the back office lists what it keeps: by the work it belongs to."""

from typing import Any

SECTIONS: dict[str, tuple[str, ...]] = {
    "Sales": (
        "order.Order",
        "invoicing.Invoice",
        "invoicing.CreditNote",
        "invoicing.Payment",
        "invoicing.ProviderEvent",
    ),
    "Warehouse": (
        "delivery.DeliveryNote",
        "delivery.Return",
        "delivery.Carrier",
        "partner.StockRecord",
        "inventory.StockLevel",
        "inventory.StockMove",
        "inventory.Transfer",
        "inventory.Stocktake",
        "inventory.StocktakeLine",
        "inventory.Adjustment",
        "inventory.StockValue",
        "inventory.CounterCorrection",
        "inventory.Warehouse",
    ),
    "Purchasing": (
        "purchasing.PurchaseOrder",
        "purchasing.GoodsReceipt",
        "purchasing.SupplierReturn",
        "purchasing.Supplier",
        "purchasing.SupplierPrice",
        "purchasing.SupplierBill",
        "purchasing.SupplierPayment",
        "purchasing.PaymentRun",
    ),
    "Catalogue": (
        "catalogue.Product",
        "catalogue.Category",
        "catalogue.ProductClass",
        "catalogue.AttributeOptionGroup",
        "inventory.PriceChange",
    ),
    "Offers": (
        "offer.ConditionalOffer",
        "voucher.Voucher",
        "offer.Range",
        "offer.Condition",
        "offer.Benefit",
    ),
    "Bank": (
        "banking.BankLine",
        "banking.BankStatement",
        "banking.Payout",
        "banking.TransferBatch",
        "banking.CsvMapping",
    ),
    "Books": (
        "accounting.JournalEntry",
        "accounting.EntryDraft",
        "accounting.JournalLine",
        "accounting.Account",
        "accounting.OpenItem",
        "accounting.Party",
        "accounting.Period",
        "accounting.FiscalYear",
        "accounting.ExportRecord",
        "closing.Verification",
        "auditlog.LogEntry",
    ),
    "Behind the scenes": (
        "backoffice.DataImport",
        "sales.Step",
        "documents.Outbox",
        "documents.DocumentFile",
    ),
    "Settings": (
        "documents.Company",
        "sales.Automation",
        "sales.TaxClass",
        "sales.TaxRule",
        "accounting.TaxCode",
        "shipping.OrderAndItemCharges",
        "address.Country",
        "flatpages.FlatPage",
        "sites.Site",
        "auth.User",
        "auth.Group",
    ),
}


# What Oscar and Django call otherwise than the trade does.
NAMES = {
    "partner.StockRecord": "Stock of products",
    "inventory.StocktakeLine": "Lines of stocktakes",
    "catalogue.ProductClass": "Product types",
    "catalogue.AttributeOptionGroup": "Choices for attributes",
    "offer.ConditionalOffer": "Offers",
    "shipping.OrderAndItemCharges": "Ways of shipping",
    "flatpages.FlatPage": "Pages of the shop",
    "accounting.TaxCode": "VAT rates",
    "sales.TaxRule": "VAT rules by country",
    "sales.TaxClass": "VAT classes of goods",
    "accounting.Party": "Customers and suppliers",
    "accounting.EntryDraft": "Entries by hand",
    "accounting.ExportRecord": "Files handed out",
    "closing.Verification": "Checks of the books",
    "auditlog.LogEntry": "Changes to settings",
    "banking.Payout": "Payouts of providers and carriers",
    "purchasing.SupplierBill": "Bills of suppliers",
    "purchasing.SupplierPayment": "Payments to suppliers",
    "purchasing.SupplierReturn": "Returns to suppliers",
    "purchasing.SupplierPrice": "Prices of suppliers",
    "backoffice.DataImport": "Lists brought in",
    "banking.TransferBatch": "Refunds ordered at the bank",
}


def grouped(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the models that somebody may see in our sections; empty sections are left out."""
    models = {f"{app['app_label']}.{model['object_name']}": model for app in apps for model in app["models"]}
    for name in NAMES.keys() & models.keys():
        models[name] = models[name] | {"name": NAMES[name]}
    sections = []
    for title, names in SECTIONS.items():
        found = [models[name] for name in names if name in models]
        if found:
            label = title.lower().replace(" ", "-")
            sections.append(
                {
                    "name": title,
                    "app_label": label,
                    "app_url": found[0]["admin_url"],
                    "has_module_perms": True,
                    "models": found,
                }
            )
    return sections
