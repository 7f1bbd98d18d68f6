"""Where several orders ask a person for the same, one duty is left."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from lastcase.core.duties.owed import SCHEMA
from lastcase.core.duties.resolve import one_for_all

AT = datetime(2022, 7, 2, 9, tzinfo=UTC)


def owed(*rows: dict[str, object]) -> pl.DataFrame:
    """Owed duties of one person from what tells them apart."""
    usual = {"person_id": "P", "episode": 0, "ordinal": 1, "is_release": False, "opens_at": AT, "due_at": AT}
    frame = pl.DataFrame([usual | row for row in rows], schema={"person_id": pl.String, **SCHEMA})
    return frame.with_row_index("row")


def test_a_contact_of_both_rings_is_handed_over_once_as_the_nearer():
    twice = owed(
        {"kind": "hand_over", "rule": "time_limit.hand_over", "category": "secondary_contact"},
        {"kind": "hand_over", "rule": "time_limit.hand_over", "category": "close_contact"},
    )
    assert one_for_all(twice)["category"].to_list() == ["close_contact"]


def test_a_reason_that_has_ended_yields_to_one_that_stands():
    twice = owed(
        {"kind": "transfer", "rule": "r", "category": "close_contact", "closes_at": AT},
        {"kind": "transfer", "rule": "r", "category": "secondary_contact"},
    )
    assert one_for_all(twice)["category"].to_list() == ["secondary_contact"]


def test_duties_of_different_rules_both_stand():
    apart = owed(
        {"kind": "report", "rule": "one", "category": "confirmed"},
        {"kind": "report", "rule": "other", "category": "confirmed"},
    )
    assert one_for_all(apart).height == 2
