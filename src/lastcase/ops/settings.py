"""Django settings: where the state lives, which role of the database a process acts as, and the apps.

Environment: ``LASTCASE_HOME`` (the state, default ``./var``), ``DATABASE_URL`` (a server of one's own;
without it the embedded one), ``LASTCASE_ROLE`` (``owner``: command line and migrations; ``web``: the pages,
whose reads stand under row-level security and whose actions write over a second connection, ``jobs``),
``LASTCASE_HOSTS``, ``LASTCASE_DEBUG``, ``LASTCASE_LAKE_HOLD_DAYS`` and
``LASTCASE_LAKE_OBJECTION_DAYS`` (see `ops.lake.hold`).
"""

from __future__ import annotations

import os
from pathlib import Path

from lastcase.engines.postgres import JOBS, OWNER, WEB, database_settings, default_home, pooled
from lastcase.ops.accounts.settings import *  # noqa: F403
from lastcase.ops.accounts.settings import ACCOUNT_APPS, WEB_APPS
from lastcase.ops.secret_key import read_secret_key

LASTCASE_HOME: Path = default_home()
LASTCASE_ROLE = os.environ.get("LASTCASE_ROLE", "owner")

LASTCASE_LAKE_HOLD_DAYS = float(os.environ.get("LASTCASE_LAKE_HOLD_DAYS", "60"))
"""So many days after the scheduled end of an order its visits go although nobody closed it. Assumed: the time within
which a decision is disputed in law."""
LASTCASE_LAKE_OBJECTION_DAYS = float(os.environ.get("LASTCASE_LAKE_OBJECTION_DAYS", "90"))
"""So many days after an objection was raised the visits it looks at go although nobody decided it. Assumed: sixty days
to decide, and thirty more where that was not enough."""

SECRET_KEY = read_secret_key(LASTCASE_HOME)
DEBUG = os.environ.get("LASTCASE_DEBUG", "") == "1"
ALLOWED_HOSTS = [*os.environ.get("LASTCASE_HOSTS", "").split(), "localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = ["lastcase.ops.records", *ACCOUNT_APPS, *WEB_APPS]

if LASTCASE_ROLE == "web":
    DATABASES = {
        "default": pooled(database_settings(LASTCASE_HOME, WEB)),
        "jobs": pooled(database_settings(LASTCASE_HOME, JOBS)),
    }
    LASTCASE_WRITE_ALIAS = "jobs"
else:
    DATABASES = {"default": database_settings(LASTCASE_HOME, OWNER)}
    LASTCASE_WRITE_ALIAS = "default"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
