"""The ground of risk areas: which areas and places they cover or ever covered, and who is to be found there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import polars as pl

from lastcase.ops.records.writing import Writing


def persons_by_ground(
    writing: Writing, outbreak_id: int, areas: pl.DataFrame, places: pl.DataFrame
) -> dict[str, set[str]]:
    """Everyone who lives, is or works on each ground, and every case that came by. A person may be on several.

    `areas` and `places`: columns `ground_id` with `area_id` or `place_id`, a ground a row with each of its own.
    """
    params = {
        "outbreak": outbreak_id,
        "of_areas": areas["ground_id"].to_list(),
        "areas": areas["area_id"].to_list(),
        "of_places": places["ground_id"].to_list(),
        "places": places["place_id"].to_list(),
    }
    found: dict[str, set[str]] = {}
    for ground, person in writing.all(_THERE, params):
        found.setdefault(ground, set()).add(person)
    return found


_THERE = """
    WITH area AS MATERIALIZED (
        SELECT * FROM unnest(%(of_areas)s::text[], %(areas)s::text[]) a(ground_id, area_id)
    ), place AS MATERIALIZED (
        SELECT * FROM unnest(%(of_places)s::text[], %(places)s::text[]) a(ground_id, place_id)
    ), there AS (
        SELECT ground_id, person_id FROM area JOIN fact_persons ON area_id = residence_area_id WHERE retired_at IS NULL
        UNION SELECT ground_id, person_id FROM area JOIN fact_persons ON area_id = present_area_id
            WHERE retired_at IS NULL
        UNION SELECT ground_id, person_id FROM place JOIN fact_persons ON place_id = residence_place_id
            WHERE retired_at IS NULL
        UNION SELECT ground_id, person_id FROM place JOIN fact_persons ON place_id = present_place_id
            WHERE retired_at IS NULL
        UNION SELECT ground_id, person_id FROM place JOIN fact_persons ON place_id = work_place_id
            WHERE retired_at IS NULL
    )
    SELECT ground_id, person_id FROM there JOIN records_member m USING (person_id) WHERE m.outbreak_id = %(outbreak)s
    UNION SELECT place.ground_id, v.person_id FROM place JOIN fact_visits v USING (place_id)
        WHERE v.outbreak_id = %(outbreak)s AND v.retired_at IS NULL
        AND (EXISTS (SELECT 1 FROM fact_cases c
                WHERE c.outbreak_id = v.outbreak_id AND c.person_id = v.person_id AND c.retired_at IS NULL)
            OR EXISTS (SELECT 1 FROM fact_specimens s WHERE s.outbreak_id = v.outbreak_id
                AND s.person_id = v.person_id AND s.retired_at IS NULL AND s.result = 'positive'))
"""


def persons_on_ground(writing: Writing, outbreak_id: int) -> list[str]:
    """Who is to be found on the ground of the risk areas in `touched_risk_area`, by any version of these."""
    ground = "touched"
    areas = writing.all(_AREAS, {"outbreak": outbreak_id})
    places = writing.all(_PLACES, {"outbreak": outbreak_id, "areas": [area for (area,) in areas]})
    at_areas = _on_ground(ground, "area_id", areas)
    at_places = _on_ground(ground, "place_id", places)
    return sorted(persons_by_ground(writing, outbreak_id, at_areas, at_places).get(ground, set()))


def _on_ground(ground: str, name: str, rows: list[tuple[str]]) -> pl.DataFrame:
    schema = {"ground_id": pl.String(), name: pl.String()}
    return pl.DataFrame([(ground, one) for (one,) in rows], schema=schema, orient="row")


_AREAS = """
    WITH root AS (
        SELECT e.area_id FROM fact_risk_area_extents e JOIN touched_risk_area USING (risk_area_id)
            WHERE e.outbreak_id = %(outbreak)s AND e.place_id IS NULL
        UNION SELECT r.area_id FROM fact_risk_areas r JOIN touched_risk_area USING (risk_area_id)
            JOIN records_areaposition x ON x.area_id = r.area_id AND x.tier = 'cell'
            WHERE r.outbreak_id = %(outbreak)s
    )
    SELECT area_id FROM root WHERE area_id IS NOT NULL
    UNION SELECT below.area_id FROM root JOIN records_areaposition own USING (area_id)
        JOIN records_areaposition below ON below.area_lo >= own.area_lo AND below.area_lo < own.area_hi
"""
_PLACES = """
    SELECT e.place_id FROM fact_risk_area_extents e JOIN touched_risk_area USING (risk_area_id)
        WHERE e.outbreak_id = %(outbreak)s AND e.place_id IS NOT NULL
    UNION SELECT place_id FROM fact_places WHERE area_id = ANY(%(areas)s)
"""


def find_kin(writing: Writing, outbreak_id: int, risk_area_ids: Collection[str]) -> set[str]:
    """Risk areas whose clocks a change of these may move, themselves included, by any version.

    The clock of a stay follows its lineage, the areas that were re-drawn beside it (in the whole published
    list, in one area of the decided one), and the higher levels of its area.
    """
    if not risk_area_ids:
        return set()
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    groups_of: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for risk_area, list_kind, area, named in writing.all(_VERSIONS, [outbreak_id]):
        drawn = (list_kind, "" if list_kind == "published" else area)
        lineage = {("id", other) for other in (risk_area, *(named or ()))}
        for group in {drawn, *lineage}:
            groups[group].add(risk_area)
            groups_of[risk_area].add(group)
    found, fresh = set(risk_area_ids), set(risk_area_ids)
    while fresh:
        fresh = {kin for one in fresh for group in groups_of[one] for kin in groups[group]} - found
        found |= fresh
    return found


_VERSIONS = """
    SELECT DISTINCT risk_area_id, list_kind, area_id, regexp_split_to_array(predecessor_ids, '[\\s,;]+')
    FROM fact_risk_areas WHERE outbreak_id = %s
"""


def binds_another_list(writing: Writing, outbreak_id: int) -> bool:
    """Whether this change gave the outbreak its first decided risk area, or took the last: then another list
    binds."""
    decided = "SELECT count(*) > 0 FROM fact_risk_areas WHERE outbreak_id = %s AND list_kind = 'decided' AND "
    before = writing.one(
        f"{decided} recorded_at < %s AND (retired_at IS NULL OR retired_at = %s)",
        [outbreak_id, writing.now, writing.now],
    )
    return bool(before) != bool(writing.one(f"{decided} retired_at IS NULL", [outbreak_id]))
