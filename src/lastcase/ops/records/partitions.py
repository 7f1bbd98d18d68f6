"""Answers and their tally lie in one partition an outbreak. A whole partition is written beside the old one and put in
its place.

The database's own functions make and swap partitions: the role that writes owns no table. Written into a new table
without indexes, millions of rows come in seconds; indexes are built once, at the end.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from lastcase.core.answers import ANSWERS
from lastcase.engines.bridge import copy_in
from lastcase.engines.postgres import JOBS
from lastcase.ops.records.writing import Writing

PARTITIONED = (*(f"answer_{name}" for name in ANSWERS), "records_tally", "records_areatally")
"""Tables that are partitioned by outbreak."""


def has_rows(writing: Writing, table: str, outbreak_id: int) -> bool:
    """Whether any row of the table is stored for the outbreak."""
    return bool(
        writing.one(
            f"SELECT EXISTS (SELECT 1 FROM {table} WHERE outbreak_id = %(outbreak)s)",
            {"outbreak": outbreak_id},
        )
    )


def fill(writing: Writing, table: str, outbreak_id: int, rows: pl.DataFrame) -> None:
    """Write these rows (as stored) beside the outbreak's partition of the table; `swap` puts them in its place."""
    # A column without values is left out: the server fills it faster than it reads it.
    valued = [name for name in rows.columns if rows[name].null_count() < rows.height]
    whole = rows.select(valued).with_columns(outbreak_id=pl.lit(outbreak_id, pl.Int64))
    fresh = writing.one("SELECT lastcase_new_partition(%s, %s)", [table, outbreak_id])
    copy_in(writing.cursor, fresh, whole)


def swap(writing: Writing, table: str, outbreak_id: int) -> None:
    """Index what `fill` wrote and put it in place. Readers of the table wait from here until the transaction ends."""
    writing.run("SELECT lastcase_swap_partition(%s, %s)", [table, outbreak_id])


def make_partitions(writing: Writing, outbreak_id: int) -> None:
    """An empty partition of every such table, where the outbreak has none yet."""
    for table in PARTITIONED:
        writing.run("SELECT lastcase_keep_partition(%s, %s)", [table, outbreak_id])


def lay_functions(cursor: Any) -> None:
    """Lay the functions anew, to be called by the role that writes and by no other, and give every outbreak the
    partitions it lacks. Idempotent."""
    cursor.execute(_FUNCTIONS)
    for table in PARTITIONED:
        cursor.execute("SELECT lastcase_keep_partition(%s, id) FROM records_outbreak", [table])


_TABLES = ", ".join(f"'{table}'" for table in PARTITIONED)
_SIGNATURES = ("new_partition(text, bigint)", "swap_partition(text, bigint)", "keep_partition(text, bigint)")
_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION lastcase_new_partition(parent text, outbreak bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE fresh text := format('%s_%s_new', parent, outbreak);
BEGIN
    IF parent NOT IN ({_TABLES}) THEN RAISE 'no table of parts: %', parent; END IF;
    EXECUTE format('DROP TABLE IF EXISTS %I', fresh);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', fresh, parent);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT of_outbreak CHECK (outbreak_id = %s)', fresh, outbreak);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO {JOBS}', fresh);
    RETURN fresh;
END $$;

CREATE OR REPLACE FUNCTION lastcase_swap_partition(parent text, outbreak bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    fresh text := format('%s_%s_new', parent, outbreak);
    kept text := format('%s_%s', parent, outbreak);
    made record;
BEGIN
    IF parent NOT IN ({_TABLES}) THEN RAISE 'no table of parts: %', parent; END IF;
    FOR made IN
        SELECT format('ALTER TABLE %I ADD %s', fresh, pg_get_constraintdef(oid)) AS statement
            FROM pg_constraint WHERE conrelid = parent::regclass AND contype IN ('p', 'u')
        UNION ALL
        SELECT regexp_replace(pg_get_indexdef(i.indexrelid), ' INDEX .* ON .* USING ',
                format(' INDEX ON %I USING ', fresh))
            FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
            WHERE i.indrelid = parent::regclass AND c.oid IS NULL
    LOOP
        EXECUTE made.statement;
    END LOOP;
    EXECUTE format('ANALYZE %I', fresh);
    EXECUTE format('DROP TABLE IF EXISTS %I', kept);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', fresh, kept);
    EXECUTE format('REVOKE ALL ON %I FROM {JOBS}', kept);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', parent, kept, outbreak);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT of_outbreak', kept);
END $$;

CREATE OR REPLACE FUNCTION lastcase_keep_partition(parent text, outbreak bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE kept text := format('%s_%s', parent, outbreak);
BEGIN
    IF parent NOT IN ({_TABLES}) THEN RAISE 'no table of parts: %', parent; END IF;
    IF to_regclass(format('public.%I', kept)) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES IN (%s)', kept, parent, outbreak);
    END IF;
END $$;
""" + "".join(
    f"REVOKE ALL ON FUNCTION lastcase_{name} FROM PUBLIC; GRANT EXECUTE ON FUNCTION lastcase_{name} TO {JOBS};\n"
    for name in _SIGNATURES
)
