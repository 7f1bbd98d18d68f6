"""A scenario put into a room."""

from __future__ import annotations

from typing import Any

import numpy as np

from lastcase.core.simulate.controls import ARRIVED, CLOSE, SECONDARY, Area, Controls
from lastcase.core.simulate.natural import DAY_H
from lastcase.core.simulate.record import Record
from lastcase.core.simulate.scenario import Scenario
from lastcase.core.simulate.world import World
from lastcase.engines.kernel.layout import (
    BLANK,
    CELL_BLANK,
    COUNTY_BLANK,
    F64,
    I32,
    I64,
    N_AGENDAS,
    N_COUNTS,
    N_LISTS,
    N_PERSON,
    NEVER,
    REALS,
    TESTS,
    TESTS_DUE,
    WHOLES,
    Room,
)

TOUCHED_EACH = 64
"""Room for so many persons touched, for each infection there is room for."""


def room_for(scenario: Scenario, size: int) -> Room:
    """Room for so many infections."""
    world = scenario.world
    n_listed = TOUCHED_EACH * size + world.n_cells + len(scenario.record.guarded)
    n_counties = int(world.cell_county.max()) + 1
    return Room(
        person=_persons(world),
        home=np.stack([world.home_start, np.zeros_like(world.home_start)], axis=1).astype(np.int32),
        groups=np.append(world.group_start + len(world.group_start), world.members).astype(np.int32),
        cell=_cells(world),
        county=np.tile(COUNTY_BLANK, (n_counties, 1)),
        infection=np.empty((size, 12), np.int32),
        agenda=np.empty((32 * size, 4), np.int32),
        head=np.full((N_AGENDAS, scenario.n_days * DAY_H), -1, np.int32),
        meeting=np.empty((16 * size, 4), np.int32),
        lists=np.empty((N_LISTS, n_listed), np.int32),
        queues=np.empty((3, n_listed, 2), np.int32),
        bench=np.empty((size, 3), np.int32),
        counts=np.zeros(N_COUNTS, np.int64),
        reals=np.zeros(3),
        days=np.zeros((scenario.n_days, TESTS_DUE + 1), np.int64),
        **_rules(scenario),
    )


def _persons(world: World) -> I32:
    lines = np.empty((world.n, N_PERSON), np.int32)
    fixed = (world.home, world.group, world.cell, world.age, world.doses)
    for field, values in enumerate(fixed):
        lines[:, field] = values
    lines[:, len(fixed) :] = BLANK
    return lines


def _cells(world: World) -> I32:
    rows = np.empty((world.n_cells + 1, 12), np.int32)
    towns = np.append(world.cell_town, 0)
    fixed = (
        world.cell_start,
        world.town_start[towns],
        world.town_start[towns + 1],
        np.append(world.cell_county, -1),
    )
    for field, values in enumerate(fixed):
        rows[:, field] = values
    rows[:, len(fixed) :] = CELL_BLANK
    return rows


def _rules(scenario: Scenario) -> dict[str, Any]:
    controls = scenario.controls
    record = scenario.record
    placed = np.zeros((0, 3), np.int64) if record.placed is None else record.placed
    # An hour of the agenda is read backwards, and is to be read by category.
    placed = placed[np.argsort(-placed[:, 2], kind="stable")]
    return {
        "course": _course(scenario),
        "hours": _hours(scenario),
        "wholes": _wholes(scenario),
        "keeping": _keeping(controls),
        "areas": np.array([_area(area) for area in (None, controls.medium, controls.high)], np.int64),
        "seeds": _seeds(scenario),
        "placed": np.ascontiguousarray(placed, np.int64),
        "guarded": guarded_of(record),
    }


def _course(scenario: Scenario) -> F64:
    natural, levers, rates = scenario.natural, scenario.levers, scenario.rates
    known = {
        **{name: getattr(levers, name) for name in REALS if hasattr(levers, name)},
        "household": rates.household,
        "group": rates.group,
        "asymptomatic": natural.asymptomatic,
        "fatal_of_severe": natural.fatal / max(natural.severe, 1e-12),
    }
    tables = (
        natural.infectivity,
        natural.sensitivity,
        scenario.severe,
        rates.community,
        rates.met,
        rates.accept.ravel(),
    )
    return np.concatenate([[known[name] for name in REALS], *tables, levers.vaccine_factor]).astype(
        np.float64
    )


def _hours(scenario: Scenario) -> I32:
    natural = scenario.natural
    tables = (
        natural.incubation_h,
        natural.generation_h,
        natural.shedding_h,
        scenario.care_delay_h,
        scenario.reach_h,
    )
    return np.minimum(np.stack(tables), NEVER // 4).astype(np.int32)


def _wholes(scenario: Scenario) -> I64:
    levers, controls = scenario.levers, scenario.controls
    rounds = controls.rounds
    known = {
        **{name: getattr(levers, name) for name in WHOLES if hasattr(levers, name)},
        **{name: getattr(rounds, name) for name in WHOLES if hasattr(rounds, name)},
        "interview_h": controls.interview_h if levers.interview_h is None else levers.interview_h,
        "window_days": controls.window_days if levers.window_days is None else levers.window_days,
        "isolation_days": controls.isolation_days,
        "release_gap_h": controls.release_gap_h,
        "n_days": scenario.n_days,
        "now_h": scenario.record.now_h,
        "is_placed": scenario.record.placed is not None,
    }
    return np.array([int(known[name]) for name in WHOLES], np.int64)


def _keeping(controls: Controls) -> I64:
    longest = max((max(each.test_days, default=0) for each in controls.keeping.values() if each), default=0)
    rows = np.zeros((4, TESTS + longest + 1), np.int64)
    for kind in (CLOSE, SECONDARY, ARRIVED):
        keeping = controls.keeping[kind]
        if keeping is not None:
            rows[kind, :TESTS] = 1, keeping.is_central, keeping.n_days, keeping.shift
            rows[kind, [TESTS + day for day in keeping.test_days]] = 1
    return rows


def _area(area: Area | None) -> tuple[int, int, int, int, int]:
    if area is None:
        return 0, 0, 0, 0, 0
    return area.clean_days, area.is_entered, area.has_closing_round, area.first_days, area.every_days


def _seeds(scenario: Scenario) -> I64:
    known = scenario.record.known[:, [1, 0, 2]]
    unknown = np.full(len(scenario.seeds), -1)
    rows = np.concatenate([known, np.stack([scenario.seeded_h, scenario.seeds, unknown], axis=1)])
    return np.ascontiguousarray(rows[np.argsort(rows[:, 0], kind="stable")], np.int64)


def guarded_of(record: Record) -> I64:
    """`Room.guarded`."""
    rows = record.guarded
    rows[rows[:, 1] < 0, 1] = NEVER
    return np.ascontiguousarray(rows, np.int64)
