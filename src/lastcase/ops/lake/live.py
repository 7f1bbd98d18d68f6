"""The lake under the record: whoever changed is followed through it, in one transaction, before answers are derived."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from lastcase.core.facts.field import INSTANT
from lastcase.core.outbreak import Outbreak as Governed
from lastcase.engines.bridge import Few, array_text, few_out
from lastcase.engines.small_steps import small_steps
from lastcase.ops.accounts.actor import the_system
from lastcase.ops.lake.errors import NoLake
from lastcase.ops.lake.follow import KEY, visits_that_met
from lastcase.ops.lake.house import open_lake
from lastcase.ops.lake.standing import StandingLake, standing_lake
from lastcase.ops.lake.view import FEED
from lastcase.ops.records.actions import record_facts
from lastcase.ops.records.audit import log_read
from lastcase.ops.records.models import LakeState, Outbreak, Touched
from lastcase.ops.records.queries import ANY, load_facts, load_outbreak
from lastcase.ops.records.reach import REACH_MAX, Paths
from lastcase.ops.records.refresh import refresh
from lastcase.ops.records.touch import FOLLOW
from lastcase.ops.records.writing import Writing, write_alias, writing

PURPOSE = "contact search"
READ = ("cases", "specimens", "pools", "stays", "contacts", "judgements", "persons", "visits", "places")
"""Tables from which it follows who is a case or a close contact, and when meeting them counts."""


def follow_lake(home: Outbreak) -> None:
    """Record the visits of the lake that follow for whoever is queued; for everybody, where visits came since.

    The queue is emptied in the same transaction: cut off at any instant, the next refresh begins with it.
    """
    governed = load_outbreak(home)
    while governed.adoptions and _is_due(home):
        _follow_queued(home, governed)


def follow_all_lakes() -> None:
    """Refresh every outbreak whose lake has visits that nobody followed, or persons queued to be followed."""
    for home in Outbreak.objects.using(write_alias()):
        if _is_due(home):
            refresh(home)


def _follow_queued(home: Outbreak, governed: Governed) -> None:
    with writing(home.pk, is_global=True) as now:
        n_visits = _n_visits(home)
        persons = _queued(now, home, n_visits)
        if persons is None or persons:
            lake = standing_lake(home)
            fresh = _fresh_visits(now, home, governed, lake, persons)
            if not fresh.is_empty():
                log_read(the_system(), fresh["person_id"].unique(), PURPOSE, outbreak=home.name)
                record_facts(
                    home, {"visits": fresh}, by=the_system(), feed=FEED, derive=False, action="follow_lake"
                )
                if not _may_bind(now, home, governed, fresh["place_id"].unique().to_list()):
                    _empty_queue(now, home)
        LakeState.objects.using(now.alias).filter(outbreak=home).update(n_visits=n_visits)


def _n_visits(home: Outbreak) -> int:
    return sum(file.n_rows for file in open_lake(home).lake.manifest().truth)


def _is_due(home: Outbreak) -> bool:
    try:
        n_visits = _n_visits(home)
    except NoLake:
        return False
    if Touched.objects.using(write_alias()).filter(outbreak=home, kind=FOLLOW).exists():
        return True
    return not _is_followed(home, n_visits)


def _is_followed(home: Outbreak, n_visits: int) -> bool:
    return LakeState.objects.using(write_alias()).filter(outbreak=home, n_visits=n_visits).exists()


def _queued(now: Writing, home: Outbreak, n_visits: int) -> list[str] | None:
    """Persons taken from the queue; None for everybody."""
    refs = _empty_queue(now, home)
    return None if "" in refs or not _is_followed(home, n_visits) else refs


def _empty_queue(now: Writing, home: Outbreak) -> list[str]:
    query = "DELETE FROM records_touched WHERE outbreak_id = %s AND kind = %s RETURNING ref"
    return [ref for (ref,) in now.all(query, [home.pk, FOLLOW])]


def _fresh_visits(
    now: Writing, home: Outbreak, governed: Governed, lake: StandingLake, persons: list[str] | None
) -> pl.DataFrame:
    """What follows from the lake and is not on record, by any version: a visit that was corrected or withdrawn there
    does not come back."""
    followed = around = None
    edition = governed.edition_at(now.now)
    paths = Paths.of(now, home.pk, governed)
    if persons is not None:
        followed = paths.followed_from(persons)
        around = paths.exposers_of(followed, persons)
        if len(around) > REACH_MAX:
            followed = around = None
    facts = load_facts(home, persons=around, tables=READ, using=now.alias)
    whom = None if followed is None else pl.Series(followed, dtype=pl.String)
    search = visits_that_met if whom is None else small_steps(visits_that_met)
    found = search(lake, facts, whom, edition, governed.time_zone, paths.entries())
    told = _told(now, home, found["person_id"].unique().to_list())
    return found.join(told, on=KEY, how="anti")


def _told(now: Writing, home: Outbreak, persons: Collection[str]) -> pl.DataFrame:
    schema = {"person_id": pl.String(), "place_id": pl.String(), "start_at": INSTANT}
    columns = {name: f"t.{name}" for name in schema}
    source = f"fact_visits t WHERE t.outbreak_id = %s AND t.person_id = {ANY}"
    return few_out(now.cursor, [Few(columns, source, schema, [home.pk, array_text(persons)])])[0]


def _may_bind(now: Writing, home: Outbreak, governed: Governed, places: Collection[str]) -> bool:
    """Whether visits to these places can make close contacts by themselves, who are then followed in turn."""
    binding = Paths.of(now, home.pk, governed).binding
    query = "SELECT EXISTS (SELECT 1 FROM fact_places WHERE place_id = ANY(%s) AND setting = ANY(%s))"
    return binding is None or bool(now.one(query, [list(places), binding]))
