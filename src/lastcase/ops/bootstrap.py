"""Ready a process: the server runs, Django is set up, the tables are there.

from lastcase.ops.bootstrap import boot
boot()              # command line: as owner, migrations applied
boot(role="web")    # the pages: under row-level security
"""

from __future__ import annotations

import gc
import os
from typing import Literal

from lastcase.engines.postgres import default_home, ensure_running, external_url

SETTINGS = "lastcase.ops.settings"
Role = Literal["owner", "web"]


def boot(role: Role = "owner", *, migrate: bool = True) -> None:
    """Start the embedded server where none is given, set Django up as `role`, and apply missing migrations.

    Migrations run as the owner; for the role web they run in a process of their own, since this one never
    acts as the owner. Raises ServerError where no server can be had. A second call does nothing.
    """
    if external_url() is None:
        ensure_running(default_home())
    os.environ["LASTCASE_ROLE"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django
    from django.apps import apps

    if apps.ready:
        return
    if migrate and role == "web":
        _migrate_elsewhere()
    django.setup()
    if migrate and role == "owner":
        apply_migrations()
    if role == "web":
        _spare_collector()


def _spare_collector() -> None:
    """Load every page, and have the collector of garbage pass by what stays for good: it would stop a page for a tenth
    of a second now and then."""
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    gc.collect()
    gc.freeze()


def apply_migrations() -> None:
    """Apply what is missing; quick where nothing is. Django is set up as owner."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def _migrate_elsewhere() -> None:
    import subprocess
    import sys

    environment = os.environ | {"LASTCASE_ROLE": "owner"}
    command = [sys.executable, "-c", "from lastcase.ops.bootstrap import boot; boot()"]
    subprocess.run(command, env=environment, check=True)
