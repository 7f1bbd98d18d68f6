"""Grants and row-level security, laid anew after every migration, so that no new table is left out.

`lastcase_web` owns nothing. It reads a row that shows a person or an area where one of the row's three
positions lies in the scope of the transaction (`scope.set_scope`); with no scope set it reads none. It writes
accounts and sessions only. `lastcase_jobs` writes facts, answers and audit, and is named by policies of its
own. The owner, under whom migrations and the command line run, is not subject to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from lastcase.engines.postgres import JOBS, WEB
from lastcase.ops.records.columns import POSITIONS
from lastcase.ops.records.models import (
    ANSWER_MODELS,
    FACTS,
    AreaTally,
    AuditRead,
    AuditWrite,
    Batch,
    Tally,
)
from lastcase.ops.records.partitions import lay_functions
from lastcase.ops.records.snapshot_models import BY_AREA
from lastcase.ops.records.stock import lay_function as lay_stock

SCOPE_LO = "lastcase.scope_lo"
SCOPE_HI = "lastcase.scope_hi"

OPEN_FACTS = ("areas", "receipts")
"""Facts that show no person and that every post may read whole: the tree itself, and when sources
delivered."""

SHOWN_TO_ALL = {"fact_decisions": "person_id IS NULL"}
"""Rows of scoped tables that every post with a scope reads: a day 0 or a re-grading signed higher up binds
those below."""
POSITIONS_OF = {model._meta.db_table: ("pos",) for model in (Tally, AreaTally)}
"""Columns of positions of the tables that have others than the three."""
CLOSED_TO_WEB = ("records_touched", "records_diarycode")
"""Work of the refresher, whose references name persons, and codes of persons."""


def scoped_tables() -> list[str]:
    """Database names of the tables whose rows are shown by position."""
    facts = [model._meta.db_table for name, model in FACTS.items() if name not in OPEN_FACTS]
    answers = [model._meta.db_table for model in ANSWER_MODELS.values()]
    own = [model._meta.db_table for model in (AuditWrite, AuditRead, Batch, Tally, AreaTally)]
    return [*facts, *answers, *own, "records_member"]


def lay_policies(using: str = DEFAULT_DB_ALIAS, app_config: Any = None, **_: object) -> None:
    """Grant what each role needs and lay the policies. Called after migrations of the app `records`;
    idempotent."""
    if app_config is not None and app_config.label != "records":
        return  # the signal comes once an app, after all migrations: once is enough
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in scoped_tables():
            if table in there:
                cursor.execute(_policy(table))
        for table in set(BY_AREA) & there:
            cursor.execute(_policy_by_area(table))
        cursor.execute(_grants(there))
        lay_functions(cursor)
        lay_stock(cursor)


def _setting(name: str) -> str:
    """The setting as an integer, null where it is not set; a subquery, so that it is read once a
    statement."""
    return f"(SELECT nullif(current_setting('{name}', true), '')::int)"


def _is_in_scope(positions: Sequence[str]) -> str:
    lo, hi = _setting(SCOPE_LO), _setting(SCOPE_HI)
    return " OR ".join(f"({position} >= {lo} AND {position} < {hi})" for position in positions)


def _policy(table: str) -> str:
    shown = _is_in_scope(POSITIONS_OF.get(table, POSITIONS))
    if table in SHOWN_TO_ALL:
        shown += f" OR ({SHOWN_TO_ALL[table]} AND {_setting(SCOPE_LO)} IS NOT NULL)"
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        DROP POLICY IF EXISTS web_scope ON {table};
        CREATE POLICY web_scope ON {table} FOR SELECT TO {WEB} USING ({shown});
        DROP POLICY IF EXISTS jobs_all ON {table};
        CREATE POLICY jobs_all ON {table} TO {JOBS} USING (true) WITH CHECK (true);
    """


def _policy_by_area(table: str) -> str:
    """Numbers of an area are shown where the area lies in scope, wherever it is numbered now; those of an outbreak
    without an area to the whole tree."""
    lo, hi = _setting(SCOPE_LO), _setting(SCOPE_HI)
    place = f"(SELECT p.area_lo FROM records_areaposition p WHERE p.area_id = {table}.area_id)"
    shown = f"CASE WHEN area_id = '' THEN {lo} = 0 ELSE {place} >= {lo} AND {place} < {hi} END"
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        DROP POLICY IF EXISTS web_scope ON {table};
        CREATE POLICY web_scope ON {table} FOR SELECT TO {WEB} USING ({shown});
        DROP POLICY IF EXISTS jobs_all ON {table};
        CREATE POLICY jobs_all ON {table} TO {JOBS} USING (true) WITH CHECK (true);
    """


def _is_record(table: str) -> bool:
    return table.startswith(("fact_", "answer_", "records_"))


def _grants(tables: set[str]) -> str:
    """Records are read by the web and written by jobs; all other tables (accounts, sessions) the web keeps
    itself."""
    statements = [f"GRANT USAGE ON SCHEMA public TO {WEB}, {JOBS}"]
    statements += [f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {JOBS}, {WEB}"]
    for table in sorted(tables - {"django_migrations"}):
        writer = JOBS if _is_record(table) else WEB
        statements.append(f"REVOKE ALL ON {table} FROM {WEB}, {JOBS}")
        statements.append(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {writer}")
        if _is_record(table) and table not in CLOSED_TO_WEB:
            statements.append(f"GRANT SELECT ON {table} TO {WEB}")
    return ";\n".join(statements)
