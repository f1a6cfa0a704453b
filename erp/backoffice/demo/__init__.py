"""The demo company: what it sells, who works there, who buys, and what they bought. No real one needs it."""

from erp.backoffice.demo.loader import load
from erp.backoffice.demo.people import LOGINS

__all__ = ["LOGINS", "load"]
