"""Indexes that lists of names are read off: in their own order, narrowed to an area, or found by what a name begins
with. Texts compare by code point in this database, so a plain index serves beginnings."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import F, Index, Q

from lastcase.ops.records.columns import POSITIONS

STANDING = Q(retired_at=None)
POSITIVE = Q(result="positive")


def _unplaced(table: str) -> tuple[Index, ...]:
    """Rows of a table that are still to be placed: few, and only while they are written."""
    return (Index(fields=["id"], condition=Q(pos_naming=None), name=f"{table}_unplaced"),)


OF_FACTS: Mapping[str, tuple[Index, ...]] = {
    "persons": (
        Index(fields=["search_name", "person_id"], condition=STANDING, name="persons_by_sound"),
        *(
            Index(fields=[name], condition=STANDING, name=f"persons_{name}")
            for name in ("search_swapped", "search_phone", "search_document")
        ),
        Index(fields=["list_id"], condition=STANDING, name="persons_by_list"),
        Index(
            fields=["merged_into_id"],
            condition=STANDING & Q(merged_into_id__isnull=False),
            name="persons_merged_into",
        ),
        *(
            Index(fields=[name], condition=STANDING & Q(**{f"{name}__isnull": False}), name=f"persons_{name}")
            for name in ("residence_area_id", "present_area_id", "present_place_id", "work_place_id")
        ),
    ),
    "specimens": (Index(fields=["person_id"], condition=POSITIVE, name="specimens_positive"),),
    "pools": (Index(fields=["pool_id"], condition=POSITIVE, name="pools_positive"), *_unplaced("pools")),
    "places": _unplaced("places"),
    "visits": (Index(fields=["place_id", "end_at"], name="visits_at_place"),),
}
"""Indexes of fact tables, by table."""
OF_GAPS = (
    Index(
        fields=["urgency", "due_at", "ring", "person_id"],
        condition=Q(fulfilled_at=None),
        name="duties_to_close",
    ),
    Index(fields=["pos_naming", "due_at"], condition=Q(fulfilled_at=None), name="duties_to_close_at"),
    Index(
        fields=["attempted_at"],
        condition=Q(fulfilled_at=None, attempted_at__isnull=False),
        name="duties_tried",
    ),
    Index(fields=["fulfilled_at"], condition=Q(fulfilled_at__isnull=False), name="duties_fulfilled"),
)
"""What the list of gaps is read by: all in the order to close, those of an area, those tried before they are due, and
those that evidence fulfils later than the instant asked about."""
OF_ANSWERS: Mapping[str, tuple[Index, ...]] = {
    "exposures": (Index(fields=["verdict"], name="exposures_verdict"),),
    "contact_persons": (
        Index(F("ends_at").desc(nulls_last=True), "person_id", name="contact_persons_by_end"),
    ),
    "orders": (Index(fields=["ends_at"], condition=Q(needs_release_test=True), name="orders_waiting"),),
    "duties": (
        Index(fields=["due_at", "person_id"], name="duties_by_due"),
        Index(fields=["due_at", "person_id"], condition=Q(fulfilled_at=None), name="duties_open_by_due"),
        *OF_GAPS,
    ),
    "detections": (
        Index(F("found_at").desc(nulls_last=True), "person_id", name="detections_by_found"),
        *(Index(fields=[position], name=f"detections_{position}") for position in POSITIONS),
    ),
}
"""Indexes of tables of answers, by table."""
OF_MEMBERS = [Index(fields=[position], name=f"member_{position}") for position in POSITIONS]
OF_AREAS = [
    Index(fields=["parent_id"], name="area_position_parent"),
    Index(fields=["area_lo"], name="area_position_lo"),
]


def indexes_of(declared: Mapping[str, tuple[Index, ...]], table: str) -> tuple[Index, ...]:
    """The indexes of a table, apart from those that every table of its kind has."""
    return declared.get(table, ())
