"""Compiled: levels of areas, rounds of counties, and what stands at the end of a day."""

from __future__ import annotations

from lastcase.core.simulate.natural import DAY_H
from lastcase.core.simulate.outcome import NUMBER
from lastcase.core.simulate.state import HIGH, MEDIUM, OPEN
from lastcase.engines.compiled import inner
from lastcase.engines.kernel.basics import begin, done, plan, push
from lastcase.engines.kernel.layout import (
    AREAS,
    CELL_CASE_AT,
    CHECKED_AT,
    CLEAN_DAYS,
    CLOSES_AT,
    CLOSINGS,
    COUNTY,
    COUNTY_CASE_AT,
    FIRST_OF_CELL,
    HAS_CLOSING,
    IS_ENTERED,
    LAST_ROUND_DAY,
    LEVEL,
    LEVEL_AT,
    N_CENTRAL,
    N_CLEAN,
    N_FOUND,
    N_FURTHER,
    N_TALKED,
    NEVER,
    NEXT_ROUND,
    ROUND_DAY,
    ROUND_FROM,
    WHOM,
    Room,
    W,
)

STANDING, N_STANDING = NUMBER["in_central"], NUMBER["waiting_bed"] - NUMBER["in_central"] + 1
"""Columns counted one by one, in the order of the counts from `N_CENTRAL` on."""
WAITING_INTERVIEW = NUMBER["waiting_interview"]
HIGH_CELLS, MEDIUM_CELLS, CLOSED_PERSONS = (
    NUMBER[name] for name in ("high_cells", "medium_cells", "closed_persons")
)
W_LABORATORY, W_POOL, W_DESIGNATE, W_SCREENS = (
    W[name] for name in ("laboratory", "pool", "designate_h", "screens")
)
W_FIRST_AFTER, W_EVERY, W_CLEAN, W_GAP, W_FURTHER = (
    W[name] for name in ("first_after_days", "every_days", "clean_rounds", "gap_days", "further_rounds")
)


@inner
def regrade(room: Room, hour: int) -> None:
    """Areas whose clean days are over."""
    day, kept = hour // DAY_H, 0
    for at in range(room.counts[AREAS]):
        number = room.lists[AREAS, at]
        cell = room.cell[number]
        since = max(cell[LEVEL_AT], cell[CELL_CASE_AT])
        if cell[LEVEL] != OPEN:
            area = room.areas[cell[LEVEL]]
            is_due = day - since // DAY_H - 1 >= area[CLEAN_DAYS]
            if area[HAS_CLOSING]:
                is_due = is_due and since < cell[CHECKED_AT] <= hour
            if is_due:
                cell[LEVEL] -= 1
                cell[LEVEL_AT] = hour
            if cell[LEVEL] == MEDIUM and room.areas[MEDIUM, CLEAN_DAYS] == 0:
                cell[LEVEL] = OPEN
        if cell[LEVEL] != OPEN:
            room.lists[AREAS, kept] = number
            kept += 1
    room.counts[AREAS] = kept


@inner
def close_areas(room: Room, hour: int) -> None:
    """Areas that close now."""
    at = begin(room, CLOSINGS, hour)
    while at >= 0:
        number = room.agenda[at, WHOM]
        at = done(room, at)
        cell = room.cell[number]
        if cell[CLOSES_AT] != hour:
            continue
        cell[CLOSES_AT] = NEVER
        if cell[LEVEL] != HIGH:
            if cell[LEVEL] == OPEN:
                push(room, AREAS, number)
            cell[LEVEL], cell[LEVEL_AT] = HIGH, hour


@inner
def plan_rounds(room: Room, hour: int) -> None:
    """Counties whose round is over, and those whose next begins today."""
    day, wholes = hour // DAY_H, room.wholes
    for number in range(len(room.county)):
        county = room.county[number]
        if county[ROUND_FROM] < hour and county[LAST_ROUND_DAY] < day:
            county[NEXT_ROUND] = day + wholes[W_EVERY] - 1
            if county[COUNTY_CASE_AT] < county[ROUND_FROM]:
                county[N_CLEAN] += 1
                if county[N_CLEAN] >= wholes[W_CLEAN]:
                    county[NEXT_ROUND] = day + wholes[W_GAP] if county[N_FURTHER] > 0 else -1
                    county[N_FURTHER] -= 1
            county[ROUND_FROM] = NEVER
        if county[NEXT_ROUND] == day:
            a_day, reached = max(1, wholes[W_LABORATORY] * wholes[W_POOL]), 0
            for at in range(len(room.cell) - 1):
                cell = room.cell[at]
                if cell[COUNTY] == number:
                    cell[ROUND_DAY] = min(day + reached // a_day, NEVER)
                    county[LAST_ROUND_DAY] = cell[ROUND_DAY]
                    reached += room.cell[at + 1, FIRST_OF_CELL] - cell[FIRST_OF_CELL]
            county[ROUND_FROM], county[NEXT_ROUND] = hour, -2


@inner
def note_case(room: Room, number: int, hour: int) -> None:
    """A case in the community closes its cell and begins rounds in its county."""
    cell, wholes, day = room.cell[number], room.wholes, hour // DAY_H
    county = room.county[cell[COUNTY]]
    cell[CELL_CASE_AT] = county[COUNTY_CASE_AT] = hour
    closes_at = hour + wholes[W_DESIGNATE]
    if room.areas[HIGH, IS_ENTERED] and closes_at < cell[CLOSES_AT]:
        cell[CLOSES_AT] = closes_at
        plan(room, CLOSINGS, closes_at, number, 0, 0)
    if wholes[W_SCREENS] and wholes[W_EVERY] > 0:
        if county[NEXT_ROUND] == -1:
            county[NEXT_ROUND] = day + max(1, wholes[W_FIRST_AFTER])
        if county[NEXT_ROUND] > day and county[N_CLEAN] > 0:
            county[NEXT_ROUND] = min(county[NEXT_ROUND], day + wholes[W_EVERY])
        county[N_CLEAN], county[N_FURTHER] = 0, wholes[W_FURTHER]


@inner
def count(room: Room, day: int) -> None:
    """What stands at the end of a day."""
    row, counts = room.days[day], room.counts
    for number in range(N_STANDING):
        row[STANDING + number] = counts[N_CENTRAL + number]
    row[WAITING_INTERVIEW] = counts[N_FOUND] - counts[N_TALKED]
    for at in range(counts[AREAS]):
        number = room.lists[AREAS, at]
        cell = room.cell[number]
        if cell[LEVEL] == HIGH:
            row[HIGH_CELLS] += 1
            row[CLOSED_PERSONS] += room.cell[number + 1, FIRST_OF_CELL] - cell[FIRST_OF_CELL]
        elif cell[LEVEL] == MEDIUM:
            row[MEDIUM_CELLS] += 1
