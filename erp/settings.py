"""One settings file. Its defaults just run on SQLite; production is told by environment variables."""

from datetime import timedelta
from pathlib import Path

import environ
from oscar import INSTALLED_APPS as OSCAR_APPS
from oscar.defaults import *  # noqa: F403

from erp import logs

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="insecure-key-for-trying-things-out-on-this-machine-only")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Our forks of Oscar's apps: no fork adds a field, so Oscar's own migrations serve them.
FORKS = {
    "basket": "shop.basket.apps.BasketConfig",
    "offer": "shop.offer.apps.OfferConfig",
    "partner": "shop.partner.apps.PartnerConfig",
}
MIGRATION_MODULES = {label: f"oscar.apps.{label}.migrations" for label in FORKS}

INSTALLED_APPS = [
    *[FORKS.get(app.split(".")[2], app) if app.startswith("oscar.apps.") else app for app in OSCAR_APPS],
    "axes",
    "auditlog",
    "import_export",
    "sorl.thumbnail",
    "accounting.apps.AccountingConfig",
    "erp.documents.apps.DocumentsConfig",
    "erp.inventory.apps.InventoryConfig",
    "erp.sales.apps.SalesConfig",
    "erp.purchasing.apps.PurchasingConfig",
    "erp.delivery.apps.DeliveryConfig",
    "erp.invoicing.apps.InvoicingConfig",
    "erp.banking.apps.BankingConfig",
    "erp.closing.apps.ClosingConfig",
    "erp.backoffice.apps.BackofficeConfig",
    "shop.apps.ShopConfig",
]

MIDDLEWARE = [
    "erp.logs.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "shop.security.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "erp.backoffice.acting.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shop.security.NothingHereMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
    "shop.basket.middleware.BasketMiddleware",
    "shop.limits.RateLimitMiddleware",
    "axes.middleware.AxesMiddleware",
    "shop.security.DatabaseAwayMiddleware",
]

ROOT_URLCONF = "erp.urls"
WSGI_APPLICATION = "erp.wsgi.application"
SITE_ID = 1

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # A business's own papers, mails and pages come first: a file of the same name replaces ours.
        "DIRS": [env.path("OWN_TEMPLATES", default=VAR_DIR / "templates"), BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.context.storefront",
            ],
        },
    },
]

# Database. Requests are not wrapped in transactions: the verbs of the chain open their own.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'shop.sqlite3'}")}
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # A read that turns into a write would fail with "database is locked": take the lock first.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
        ),
    }
    # Threads cannot share an in-memory database.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    # Sessions stay in the database: with Redis away nobody loses a basket or a login.
    CACHES = {"default": {"BACKEND": "shop.cache.ForgivingRedisCache", "LOCATION": REDIS_URL}}

# People
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "shop.customer.backends.EmailOrUsername"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# How often somebody may try: see shop/limits.py. A header is believed only where it is named here.
RATE_LIMITS = env.bool("RATE_LIMITS", default=True)
CLIENT_ADDRESS_HEADER = env.str("CLIENT_ADDRESS_HEADER", default="")
AXES_ENABLED = RATE_LIMITS
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # nobody can lock out somebody elsewhere
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "shop.limits.login_name"
AXES_CLIENT_IP_CALLABLE = "shop.limits.client_address"
AXES_LOCKOUT_CALLABLE = "shop.limits.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# What is logged goes to standard error, without secrets: lines for people, or JSON for machines.
LOGGING = logs.configuration(
    form=env.str("LOG_FORMAT", default="text"), level=env.str("LOG_LEVEL", default="WARNING")
)

# What is written down of changes to settings: values as people read them, and no addresses of machines
AUDITLOG_USE_FK_STRING_REPRESENTATION = True
AUDITLOG_DISABLE_REMOTE_ADDR = True

# Language and time
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-gb")
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Berlin")
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "erp.backoffice.formats"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
if DEBUG:
    STATIC_ROOT.mkdir(exist_ok=True)  # it is empty there, and missed by nobody
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / "media"

# Mail
EMAIL_CONFIG = env.email_url(
    "EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}" if DEBUG else "smtp://localhost:25"
)
vars().update(EMAIL_CONFIG)
if EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.filebased.EmailBackend":
    EMAIL_BACKEND = "erp.documents.mail_files.EmailBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="shop@example.com")

# Background work: the outbox is the queue, Celery only its hurry.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
OUTBOX_HANDLERS = {
    "mail": "erp.invoicing.mails.sending.send",
    "test_mail": "erp.invoicing.mails.preview.send_test",
    "statement_mail": "erp.invoicing.mails.statements.send_statement",
    "remind": "erp.invoicing.reminders.remind_due",
    "order_link": "shop.customer.mails.send_order_link",
    "password_reset": "shop.customer.mails.send_password_reset",
    "pdf": "erp.invoicing.pdf.render_document",
    "capture": "erp.effects.capture",
    "refund": "erp.effects.refund",
    "void": "erp.effects.void",
    "thumbnails": "shop.thumbnails.make",
    "void_unclaimed": "erp.paying.void_unclaimed",
    "expire": "erp.paying.expire",
    "sandbox_notice": "erp.effects.sandbox_notice",
    "ship": "erp.effects.ship",
    "fill": "erp.filling.have_filled",
    "purchase_order": "erp.invoicing.mails.purchases.send_order",
    "import": "erp.backoffice.intake.running.go_on",
    "reckon": "accounting.reckoned.run",
    "verify": "erp.closing.verifying.run",
    "reverse_entries": "erp.closing.reversing.reverse_due",
}
# What the workers ask the outbox for once a day
DAILY = ["remind", "reckon", "verify", "reverse_entries"]

# Every few minutes: payments that nobody told the end of, and goods that are free and waited for
NOW_AND_THEN = ["erp.hearing.sweep", "erp.filling.sweep"]

# The books: which file of accounting/charts/ a new company starts from
CHART_OF_ACCOUNTS = env.str("CHART_OF_ACCOUNTS", default="general")

# What other programs want of the files they read in: how many digits DATEV's accounts have, which of them it
# would tax by itself, and what Xero calls the rate of a line without tax.
DATEV_ACCOUNT_LENGTH = env.int("DATEV_ACCOUNT_LENGTH", default=4)
DATEV_AUTOMATIC_ACCOUNTS = env.list("DATEV_AUTOMATIC_ACCOUNTS", default=[])
XERO_TAX_RATE = env.str("XERO_TAX_RATE", default="Tax Exempt")

# The shop
OSCAR_SHOP_NAME = "Shop"
CURRENCY = OSCAR_DEFAULT_CURRENCY = env.str("CURRENCY", default="EUR")
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_SLUG_ALLOW_UNICODE = True
OSCAR_SLUG_FUNCTION = "shop.slugs.slugify"
OSCAR_OFFERS_INCL_TAX = True
OSCAR_EAGER_ALERTS = False
OSCAR_MAX_BASKET_QUANTITY_THRESHOLD = 10_000
OSCAR_HIDDEN_FEATURES = ["wishlists", "reviews"]
OSCAR_SEND_REGISTRATION_EMAIL = False
OSCAR_URL_SCHEMA = "http" if DEBUG else "https"
OSCAR_BASKET_COOKIE_SECURE = not DEBUG
OSCAR_RECENTLY_VIEWED_COOKIE_SECURE = not DEBUG
OSCAR_INITIAL_ORDER_STATUS = "confirmed"
OSCAR_ORDER_STATUS_PIPELINE = {
    "pending payment": ("confirmed", "cancelled"),
    "confirmed": ("partly shipped", "shipped", "cancelled"),
    "partly shipped": ("shipped",),
    "shipped": (),
    "cancelled": (),
}
LOGIN_URL = "customer:login"
LOGIN_REDIRECT_URL = "customer:order-list"
LOGOUT_REDIRECT_URL = OSCAR_HOMEPAGE = "home"
CSRF_FAILURE_VIEW = "shop.security.expired_form"
OSCAR_PRODUCTS_PER_PAGE = 24
THUMBNAIL_BACKEND = "shop.thumbnails.ThumbnailBackend"
THUMBNAIL_FORMAT = "WEBP"
THUMBNAIL_PREFIX = "thumbnails/"
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"

# Behind a proxy that speaks HTTPS
if not DEBUG:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
SECURE_REFERRER_POLICY = "same-origin"

# The address of an order's page for whoever holds its signed link.
ORDER_LINK_PATH = "/orders/{token}/"
# Who is asked whether a VAT id is valid (erp/sales/vat_ids.py says how): nobody, unless a function is named.
VAT_ID_CHECK = env.str("VAT_ID_CHECK", default="")
VAT_ID_CHECK_MUST_ANSWER = env.bool("VAT_ID_CHECK_MUST_ANSWER", default=False)
# Where a provider's page sends customers back to: paid or not, the provider itself tells us.
PAYMENT_RETURN_PATH = "/checkout/return/{token}/"
PAYMENT_CANCEL_PATH = "/checkout/not-paid/{token}/"
PAYMENT_PROVIDERS = [
    "erp.invoicing.providers.bank.BankTransfer",
    "erp.invoicing.providers.card.SandboxCard",
    "erp.invoicing.providers.cod.CashOnDelivery",
]
# A card that moves no money, for trying the shop out.
SANDBOX_CARD = env.bool("SANDBOX_CARD", default=DEBUG)
SANDBOX_CARD_BOOKS = VAR_DIR / "sandbox-card"

# Stripe is offered where both are set and its package (requirements-stripe.txt) is installed.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="")  # another address of Stripe's API, for tests
if STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET:
    PAYMENT_PROVIDERS.append("erp.invoicing.providers.stripe_checkout.StripeCheckout")
