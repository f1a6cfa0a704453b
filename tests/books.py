"""Are the books sound? Asked at the end of many tests."""

from importlib import import_module

PARTS = (
    "accounting",
    "erp.inventory",
    "erp.delivery",
    "erp.invoicing",
    "erp.purchasing",
    "erp.sales",
    "erp.banking",
    "erp.documents",
    "erp.closing",
)


def findings(parts=PARTS):
    """Return what any check of any part finds wrong, or of some parts."""
    checks = [check for part in parts for check in import_module(f"{part}.audit").CHECKS]
    return [finding for check in checks for finding in check()]


def is_sound():
    assert findings() == []
    return True
