"""Keeping the lake of an outbreak: put together, proved, re-keyed, and emptied of what retention says is gone."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl
from django.conf import settings
from django.utils import timezone

from lastcase.engines.lake.changes import Dropped
from lastcase.engines.lake.verify import Remains, Report
from lastcase.engines.lake.writer import OnStep, tell_nobody
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.permissions import check_may_import
from lastcase.ops.lake.errors import DaysDisputed, DaysHeld, DaysHeldAndDisputed
from lastcase.ops.lake.hold import Disputed, Hold, disputed_on, hold_on, open_objections, open_orders
from lastcase.ops.lake.house import OutbreakLake, open_lake
from lastcase.ops.lake.permissions import check_may_feed
from lastcase.ops.records.audit import log_write
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.writing import writing

EPOCH = date(1970, 1, 1)


def compact_lake(outbreak: str, *, by: Actor, on_step: OnStep = tell_nobody) -> int:
    """Make one file and one segment of every day that has several; how many days had."""
    house = _open(outbreak, by)
    days = house.lake.compact(on_step=on_step)
    _log(house, by, "compact_lake", {"days": len(days)})
    return len(days)


def verify_lake(outbreak: str, *, by: Actor, rebuild: bool = False, on_step: OnStep = tell_nobody) -> Report:
    """Hold every file against its checksum and every segment against its truth; with `rebuild` mend what can be."""
    house = _open(outbreak, by)
    report = house.lake.verify(rebuild, on_step)
    if rebuild:
        _log(house, by, "rebuild_lake", {"segments": sum(fault.is_mended for fault in report.faults)})
    return report


def rekey_lake(outbreak: str, *, by: Actor, on_step: OnStep = tell_nobody) -> None:
    """Draw all numbers and the key anew. Whatever was taken from the lake before stands for nobody after.

    The new dictionary is on disk before the lake is switched to it, the old one goes after: cut off at any
    instant, the lake has the dictionary that goes with it.
    """
    house = _open(outbreak, by)
    with house.numbering() as dictionary:
        following, new_number = dictionary.redrawn()
        house.lake.rekey(new_number, on_step)
        following.forget_others()
    _log(house, by, "rekey_lake", {"persons": following.n_persons})


class Deleted(NamedTuple):
    """What retention did: `dropped`, and `remains`, what a search of the folder for such visits finds after it:
    nothing, if the deletion holds. `n_given_up` persons are still bound by orders that rested on the days and were
    held past their longest time; `n_objections_given_up` objections that looked at them are open past theirs."""

    dropped: Dropped
    remains: Remains
    n_given_up: int
    n_objections_given_up: int


def drop_visits_before(outbreak: str, day: date, *, by: Actor) -> Deleted:
    """Delete all visits that start before `day` (UTC), files and index.

    Raises DaysHeld where open orders rest on such days or open objections look at them (see `hold`); the audit has the
    refusal too.
    """
    house = _open(outbreak, by)
    now = timezone.now()
    orders, objections = open_orders(house.outbreak, now), open_objections(house.outbreak, now)
    hold, disputed = hold_on(orders, day, now), disputed_on(objections, day, now)
    if hold or disputed:
        counts, told = _kept(hold, disputed)
        _log(house, by, "drop_visits_held", counts, before=day, **told)
        raise _refusal(hold, disputed, told)
    n_given_up = orders.filter(pl.col("first_on") < day)["person_id"].n_unique()
    n_objections = objections.filter(pl.col("first_on") < day).height
    number = (day - EPOCH).days
    dropped = house.lake.drop_before(number)
    remains = house.lake.prove_dropped(number)
    counts = {"visits": dropped.n_rows, "files": dropped.n_files, "left": remains.n_rows}
    given_up = {"persons_given_up": n_given_up, "objections_given_up": n_objections}
    _log(house, by, "drop_visits", counts | given_up, before=day)
    return Deleted(dropped, remains, n_given_up, n_objections)


def _kept(hold: Hold | None, disputed: Disputed | None) -> tuple[dict[str, int], dict[str, date]]:
    """How many orders' persons and objections keep the days, and from and until when."""
    told = {"first": min(one.first_on for one in (hold, disputed) if one)}
    if hold:
        told |= {"ends": hold.ends_on, "goes": hold.goes_on}
    if disputed:
        told["objections_go"] = disputed.goes_on
    counts = {"persons": hold.n_persons if hold else 0, "objections": disputed.n if disputed else 0}
    return counts, told


def _refusal(hold: Hold | None, disputed: Disputed | None, told: dict[str, date]) -> DaysHeld:
    params: dict[str, object] = {**told}
    if hold:
        params |= {"n": hold.n_persons, "days": f"{settings.LASTCASE_LAKE_HOLD_DAYS:g}"}
    if disputed:
        params |= {
            "n_objections": disputed.n,
            "n_objecting": disputed.n_persons,
            "objection_days": f"{settings.LASTCASE_LAKE_OBJECTION_DAYS:g}",
        }
    if hold and disputed:
        return DaysHeldAndDisputed(**params)
    return DaysHeld(**params) if hold else DaysDisputed(**params)


def _open(outbreak: str, by: Actor) -> OutbreakLake:
    check_may_import(by)  # before the name is looked up: who may not is told nothing of it
    home = get_outbreak(outbreak)
    check_may_feed(by, home)
    return open_lake(home)


def _log(house: OutbreakLake, by: Actor, action: str, counts: dict[str, int], **details: object) -> None:
    with writing() as now:
        log_write(now, by, action, house.outbreak.name, counts, **details)
