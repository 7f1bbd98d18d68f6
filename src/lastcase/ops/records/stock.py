"""Fresh statistics after a bulk write: until the server takes them by itself, a minute later, its planner takes the
tables for empty and walks them whole.

Only their owner may take them: a function of the owner's does it for the role that writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lastcase.engines.postgres import JOBS
from lastcase.ops.records.writing import Writing


def take_stock(writing: Writing, tables: Iterable[str]) -> None:
    """Statistics of these tables of the record, as this transaction sees them."""
    writing.run("SELECT lastcase_take_stock(%s)", [sorted(tables)])


def lay_function(cursor: Any) -> None:
    """Lay the function anew, to be called by the role that writes and by no other. Idempotent."""
    cursor.execute(_FUNCTION)


_FUNCTION = f"""
CREATE OR REPLACE FUNCTION lastcase_take_stock(names text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY names LOOP
        IF name !~ '^(fact|records)_[a-z_]+$' THEN RAISE 'no table of the record: %', name; END IF;
        EXECUTE format('ANALYZE %I', name);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION lastcase_take_stock FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lastcase_take_stock TO {JOBS};
"""
