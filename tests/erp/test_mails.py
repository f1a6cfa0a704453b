"""Mails to customers: each kind as text and HTML, and what is sent, when, to whom."""

import re
from email.utils import parseaddr
from html.parser import HTMLParser

import pytest

from erp import order_to_cash
from erp.documents.models import Company, Outbox
from erp.invoicing.mails import KINDS
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, company, pay, place, ship, shipped_line, work
from tests.factories import ADA, ProductFactory, sale_line
