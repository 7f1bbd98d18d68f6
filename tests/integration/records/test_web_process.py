"""The pages' process: connects as `lastcase_web`, reads under its scope, acts over `lastcase_jobs`."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import json
from lastcase.ops.bootstrap import boot
boot(role="web")
import uuid
from django.db import connections
from lastcase.ops.accounts.actor import command_line
from lastcase.ops.records.scope import scoped
from tests.integration.records.world import found, record, rows, standing

def role(alias):
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user, pg_has_role('lastcase_owner', 'member')")
        return cursor.fetchone()

name = "w" + uuid.uuid4().hex[:8]
outbreak = found(name, area_id=None, edition="cn-covid-8")
report = record(outbreak, rows("persons", {"person_id": f"{name}:1"}), derive=True)
with scoped(command_line()):
    inside = f"{name}:1" in standing("persons")
print(json.dumps({"reads": role("default"), "writes": role("jobs"), "outside": standing("persons"),
                  "inside": inside, "n_added": report.tables["persons"].added}))
"""


@pytest.mark.slow
@pytest.mark.django_db  # keeps the tests' server up while it runs
def test_the_pages_process_owns_nothing_and_its_actions_work():
    environment = {name: value for name, value in os.environ.items() if name != "LASTCASE_ROLE"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT],
        env=environment | {"PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {
        "reads": ["lastcase_web", False],
        "writes": ["lastcase_jobs", False],
        "outside": [],
        "inside": True,
        "n_added": 1,
    }
