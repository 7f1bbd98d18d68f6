"""Targets judged on simulated counts are what the same counts, published as facts, are judged to be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lastcase.core.choose.result import is_met
from lastcase.core.civil import end_of
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.model import Target
from lastcase.core.simulate.outcome import COLUMNS, NUMBER
from lastcase.core.targets import progress
from lastcase.editions import load_edition

EDITION = load_edition("cn-covid-9")
AREA, ZONE, FIRST_ON = "450500", "Asia/Shanghai", date(2022, 7, 1)
BEGAN_AT = datetime(2022, 6, 1, tzinfo=UTC)
OUTBREAK = Outbreak("b", "covid-omicron-ba2-2022", ZONE, AREA, (Adoption(EDITION, BEGAN_AT),))
N_DAYS = 20


def published(days: np.ndarray) -> Facts:
    """What a city would publish of these days: daily counts, high-risk areas by the hours in which each day ends, a
    re-grading signed every day."""
    on = [FIRST_ON + timedelta(days=day) for day in range(len(days))]
    community, managed, high = (
        days[:, NUMBER[name]] for name in ("detected_community", "detected_managed", "high_cells")
    )
    counts = {"new_community_detected": community, "new_infections_net": community + managed}
    rows = [
        (AREA, name, day, float(n)) for name, each in counts.items() for day, n in zip(on, each, strict=True)
    ]
    ends = [end_of(day, OUTBREAK.zone) for day in on]
    # There is a list from the beginning on, also where no high-risk area ever stands on it.
    areas = [("whole", AREA, "published", "low", BEGAN_AT, None)]
    areas += [
        (f"{number}-{each}", AREA, "published", "high", end - timedelta(hours=1), end + timedelta(hours=1))
        for number, (end, n) in enumerate(zip(ends, high, strict=True))
        for each in range(n)
    ]
    signed = [(f"d{day}", "regrade", day, BEGAN_AT, "centre", AREA) for day in on]
    return Facts.of(
        areas=pl.DataFrame([(AREA, "city", None)], schema=["area_id", "tier", "parent_id"], orient="row"),
        counts=pl.DataFrame(rows, schema=["area_id", "indicator", "counted_on", "value"], orient="row"),
        risk_areas=pl.DataFrame(
            areas,
            schema=["risk_area_id", "area_id", "list_kind", "risk_level", "start_at", "end_at"],
            orient="row",
        ),
        decisions=pl.DataFrame(
            signed,
            schema=["decision_id", "decision_kind", "value_on", "signed_at", "signed_by", "area_id"],
            orient="row",
        ),
    )


counted = st.lists(st.integers(0, 12) | st.just(0), min_size=N_DAYS, max_size=N_DAYS)


@settings(max_examples=20, deadline=None)
@given(counted, counted, st.lists(st.integers(0, 2), min_size=N_DAYS, max_size=N_DAYS), st.integers(0, 5))
def test_both_judge_alike(community: list[int], managed: list[int], high: list[int], day0: int) -> None:
    days = np.zeros((N_DAYS, len(COLUMNS)), np.int64)
    named = {"detected_community": community, "detected_managed": managed, "high_cells": high}
    for name, values in named.items():
        days[:, NUMBER[name]] = values
    as_of = end_of(FIRST_ON + timedelta(days=N_DAYS + 5), OUTBREAK.zone)
    day0_on = FIRST_ON + timedelta(days=day0)
    judged = progress(published(days), OUTBREAK, None, "79144", day0_on, as_of, AREA)
    assert len(judged) == 4
    for status in judged:
        target = EDITION.rules[status.id]
        assert isinstance(target, Target)
        wanted = "met" if is_met(target, days[None], day0)[0] else "missed"
        assert status.status == wanted, status
