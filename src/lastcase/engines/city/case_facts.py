"""What the record says of cases: their rows, specimens, interviews, transfers, stays, and how some were late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lastcase.engines.city import spread, story
from lastcase.engines.city.hashing import Flags, Ints
from lastcase.engines.city.story import FAR, HOUR_MIN
from lastcase.engines.city.tables import DAY_MIN
from lastcase.engines.city.world import World, coded, rows

LATE, NEVER = 170_000, 60_000
"""Millionths of acts on a case that are late, or missing from the record altogether."""
CONVERTS = 350_000
CONFIRMED_AT_ONCE = 150_000
RECOVERS_AFTER_DAYS = (8, 12)


@dataclass(frozen=True)
class Cases:
    """The found cases, in order of finding; instants in minutes (`FAR`: not on record)."""

    index: Ints
    person: Ints
    found: Ints
    sampled: Ints
    onset: Ints
    reported: Ints
    interviewed: Ints
    admitted: Ints
    recovered: Ints
    is_confirmed: Flags
    converted: Ints

    @property
    def isolated(self) -> Ints:
        """When the case was kept apart; without an admission on record, hours after the finding."""
        return np.where(self.admitted < FAR, self.admitted, self.found + 6 * HOUR_MIN)


def find_cases(world: World) -> Cases:
    """The cases with what was done about each, and when."""
    index, dice, truth = world.cases(), world.dice, world.infections
    person, found, onset = truth.person[index], truth.found[index], truth.onset[index]
    by_symptoms = truth.found_by[index] == spread.BY_SYMPTOMS
    sick = (onset < found) & dice.chance("confirmed", CONFIRMED_AT_ONCE, person)
    confirmed = by_symptoms | sick
    turns = ~confirmed & (onset < story.END_MIN) & dice.chance("converts", CONVERTS, person)
    converted = np.maximum(found, np.where(turns, onset, 0)) + dice.between("converted", 600, 3600, person)
    named_first = np.full(truth.n, FAR, np.int64)
    np.minimum.at(named_first, world.named.case, world.named.named)
    recovered = found + DAY_MIN * dice.between("recovers", *RECOVERS_AFTER_DAYS, person)
    return Cases(
        index=index,
        person=person,
        found=found,
        sampled=truth.sampled[index],
        onset=onset,
        reported=act(world, "reported", found, (15, 110), person),
        interviewed=np.where(dice.chance("no interview", NEVER, person), FAR, named_first[index]),
        admitted=act(world, "admitted", found, (30, 115), person),
        recovered=np.where(recovered < story.END_MIN, recovered + 9 * HOUR_MIN, FAR),
        is_confirmed=confirmed,
        converted=np.where(turns, converted, FAR),
    )


def act(world: World, stream: str, after: Ints, within: tuple[int, int], *who: Ints) -> Ints:
    """When something was done after an instant: mostly within the minutes, sometimes late, rarely never."""
    dice = world.dice
    prompt = dice.between(stream, *within, *who)
    late = dice.chance(f"{stream} late", LATE, *who)
    more = dice.between(f"{stream} late by", 2 * HOUR_MIN, 14 * HOUR_MIN, *who)
    done = after + np.where(late, prompt + more, prompt)
    return np.where(dice.chance(f"{stream} never", NEVER, *who), FAR, done)


def case_rows(world: World, cases: Cases) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of `cases` as first recorded, and the later versions of those whose status changed."""
    known = cases.found + world.dice.between("case known", 10, 300, cases.person)
    first = _case_rows(world, cases, known, cases.is_confirmed)
    changed = np.flatnonzero(cases.converted < story.END_MIN)
    part = _subset(cases, changed)
    later = _case_rows(
        world, part, np.maximum(part.converted, known[changed] + 1), np.ones(len(changed), bool)
    )
    return first, later


def _subset(cases: Cases, chosen: Ints) -> Cases:
    return Cases(**{name: getattr(cases, name)[chosen] for name in Cases.__dataclass_fields__})


def _case_rows(world: World, cases: Cases, known: Ints, confirmed: Flags) -> pl.DataFrame:
    onset = np.where(confirmed, cases.onset, FAR)
    recovered = cases.recovered < story.END_MIN
    return rows(
        "cases",
        known,
        person_id=world.person_ids(cases.person),
        episode=np.ones(len(known), np.int64),
        case_status=coded(("asymptomatic_infection", "confirmed"), confirmed.astype(np.int64)),
        symptom_onset_on=story.dates(onset),
        specimen_at=story.instants(cases.sampled),
        found_at=story.instants(cases.found),
        reported_at=story.instants(_so_far(cases.reported)),
        admitted_at=story.instants(_so_far(cases.admitted)),
        severity=coded((None, "mild"), confirmed.astype(np.int64)),
        outcome=coded((None, "recovered"), recovered.astype(np.int64)),
        recovered_at=story.instants(_so_far(cases.recovered)),
        is_imported=np.zeros(len(known), bool),
        reporting_label=["合成数据"] * len(known),
        area_id=world.cell_ids(world.population.cell[cases.person]),
        hospital_place_id=world.place_ids(np.where(cases.admitted < FAR, hospital(world, cases), -1)),
    )


def _so_far(minutes: Ints) -> Ints:
    return np.where(minutes < story.END_MIN, minutes, FAR)


def hospital(world: World, cases: Cases) -> Ints:
    """The hospital of the county for the confirmed, the makeshift one for the others."""
    of_county = world.layers.first["hospital"] + world.county(cases.person)
    return np.where(cases.is_confirmed, of_county, world.layers.first["makeshift"])


def case_stays(world: World, cases: Cases) -> pl.DataFrame:
    """Isolation of the admitted, until recovery."""
    here = np.flatnonzero(cases.admitted < story.END_MIN)
    part = _subset(cases, here)
    return rows(
        "stays",
        part.admitted + 60,
        stay_id=world.row_ids("SI", len(here)),
        person_id=world.person_ids(part.person),
        stay_kind=coded(("isolation_makeshift", "isolation_hospital"), part.is_confirmed.astype(np.int64)),
        place_id=world.place_ids(hospital(world, part)),
        room=pl.Series(world.dice.between("bed", 1, 999, part.person)).cast(pl.String),
        start_at=story.instants(part.admitted),
        end_at=story.instants(_so_far(part.recovered)),
    )


def case_moves(world: World, cases: Cases) -> pl.DataFrame:
    """Transfers to hospital; some are still on the road or have no vehicle yet."""
    asked = cases.found + world.dice.between("hospital asked", 5, 25, cases.person)
    part = np.flatnonzero(asked < story.END_MIN)
    chosen = _subset(cases, part)
    there = hospital(world, chosen)
    departed = np.where(chosen.admitted < FAR, np.maximum(asked[part], chosen.admitted - 30), FAR)
    return rows(
        "moves",
        asked[part],
        move_id=world.row_ids("MH", len(part)),
        person_id=world.person_ids(chosen.person),
        move_kind=["to_hospital"] * len(part),
        from_area_id=world.cell_ids(world.population.cell[chosen.person]),
        to_area_id=world.cell_ids(world.place_cell(there)),
        to_place_id=world.place_ids(there),
        requested_at=story.instants(asked[part]),
        departed_at=story.instants(_so_far(departed)),
        arrived_at=story.instants(_so_far(chosen.admitted)),
        received_at=story.instants(_so_far(np.minimum(chosen.admitted + 10, FAR))),
    )


def case_checks(world: World, cases: Cases) -> pl.DataFrame:
    """Interviews."""
    done = np.flatnonzero(cases.interviewed < story.END_MIN)
    at = cases.interviewed[done]
    return rows(
        "checks",
        at + world.dice.between("interview typed", 30, 400, cases.person[done]),
        check_id=world.row_ids("CI", len(done)),
        person_id=world.person_ids(cases.person[done]),
        duty_kind=["interview"] * len(done),
        checked_at=story.instants(at),
        check_outcome=["done"] * len(done),
        mode=coded(("phone", "video"), world.dice.below("interview mode", 2, cases.person[done])),
    )


def case_specimens(world: World, cases: Cases) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Positive specimens of cases (through a positive tube for those screened) and tests before discharge.

    Also the tubes: columns of `pools`.
    """
    screened = world.infections.found_by[cases.index] == spread.BY_SCREENING
    tube = np.flatnonzero(screened)
    single_at = np.where(screened, np.maximum(cases.sampled + 60, cases.found - 3 * HOUR_MIN), cases.sampled)
    ids = world.row_ids("LP", len(cases.index))
    positive = rows(
        "specimens",
        cases.found + 5,
        specimen_id=ids,
        person_id=world.person_ids(cases.person),
        specimen_kind=["throat"] * len(ids),
        sampled_at=story.instants(single_at),
        result=["positive"] * len(ids),
        resulted_at=story.instants(cases.found),
        ct_value=world.dice.between("ct", 17, 34, cases.person).astype(np.float64),
        laboratory=["北海合成实验室"] * len(ids),
        purpose=coded(("diagnosis", "screening"), screened.astype(np.int64)),
    )
    return pl.concat([positive, _tube_specimens(world, cases, tube), _discharge_tests(world, cases)]), _tubes(
        world, cases, tube
    )


def _tubes(world: World, cases: Cases, tube: Ints) -> pl.DataFrame:
    told = np.maximum(cases.sampled[tube] + 30, cases.found[tube] - 4 * HOUR_MIN)
    return rows(
        "pools",
        told,
        pool_id=world.row_ids("TP", len(tube)),
        pool_size=np.full(len(tube), 10),
        result=["positive"] * len(tube),
        resulted_at=story.instants(told),
        laboratory=["北海合成实验室"] * len(tube),
    )


def _tube_specimens(world: World, cases: Cases, tube: Ints) -> pl.DataFrame:
    """The swab of each screened case in its tube of ten."""
    return rows(
        "specimens",
        cases.sampled[tube] + 60,
        specimen_id=world.row_ids("LT", len(tube)),
        person_id=world.person_ids(cases.person[tube]),
        specimen_kind=["throat"] * len(tube),
        sampled_at=story.instants(cases.sampled[tube]),
        pool_id=world.row_ids("TP", len(tube)),
        laboratory=["北海合成实验室"] * len(tube),
        purpose=["screening"] * len(tube),
    )


def _discharge_tests(world: World, cases: Cases) -> pl.DataFrame:
    """Two negatives a day apart before a recovery."""
    well = np.flatnonzero(cases.recovered < story.END_MIN)
    who = np.repeat(cases.person[well], 2)
    day = np.tile([2, 1], len(well))
    at = np.repeat(cases.recovered[well], 2) - day * DAY_MIN - 60
    result = at + 8 * HOUR_MIN
    return rows(
        "specimens",
        result + 30,
        specimen_id=world.row_ids("LD", len(who)),
        person_id=world.person_ids(who),
        specimen_kind=["throat"] * len(who),
        sampled_at=story.instants(at),
        result=["negative"] * len(who),
        resulted_at=story.instants(result),
        laboratory=["北海合成实验室"] * len(who),
        purpose=["diagnosis"] * len(who),
    )
