"""The door for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")
application = get_wsgi_application()


def _refuse_without_guards() -> None:
    """Serve nothing while the database would not refuse what must not happen to the books."""
    from accounting import guards

    guards.require()


_refuse_without_guards()
