"""`lastcase lake`: everybody's visits, in bulk: taken in, put together, proved, re-keyed, deleted in time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from lastcase.cli.duties import Person
from lastcase.cli.exits import DONE, DRIFT
from lastcase.cli.import_ import File, ValidRows
from lastcase.cli.options import Home, Json, Lang, OutbreakName
from lastcase.cli.texts import say

if TYPE_CHECKING:
    from lastcase.cli.output import Bar
    from lastcase.engines.lake.writer import Step

Rebuild = Annotated[bool, Parameter(name="--rebuild", negative=(), help="cli.option.rebuild")]
Roster = Annotated[bool, Parameter(name="--roster", negative=(), help="cli.option.roster")]
Code = Annotated[str, Parameter(name="--code", help="cli.option.code")]
ValidDays = Annotated[float, Parameter(name="--valid-days", help="cli.option.valid_days")]
Before = Annotated[str, Parameter(name="--before", help="cli.option.before")]


def import_(
    file: File,
    /,
    *,
    outbreak: OutbreakName,
    roster: Roster = False,
    valid_rows: ValidRows = False,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> int:
    """Take a file of visits (check-ins, tickets, rosters) into the lake. All of it or nothing."""
    from lastcase.cli.exits import REFUSED_FILE
    from lastcase.cli.house import open_house
    from lastcase.cli.import_ import as_json, is_refused, print_report
    from lastcase.cli.output import print_json, progress

    actor = open_house(home)
    from lastcase.ops.lake.feed import import_visits

    with progress(say("cli.progress.importing", file=file.name)):
        report = import_visits(outbreak, Path(file), by=actor, valid_rows=valid_rows, is_roster=roster)
    if json:
        print_json(as_json(report))
    else:
        print_report(report, outbreak)
    return REFUSED_FILE.code if is_refused(report, valid_rows) else DONE.code


def show(*, outbreak: OutbreakName, json: Json = False, home: Home = None, lang: Lang = None) -> None:
    """What the lake holds, day by day."""
    from datetime import timedelta

    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_table, print_text

    open_house(home)
    from lastcase.ops.lake.house import open_lake
    from lastcase.ops.lake.keep import EPOCH
    from lastcase.ops.records.outbreaks import get_outbreak

    manifest = open_lake(get_outbreak(outbreak)).lake.manifest()
    days = [
        {
            "day": (EPOCH + timedelta(days=day)).isoformat(),
            "visits": sum(file.n_rows for file in manifest.truth_of(day)),
            "segments": sum(file.day == day for file in manifest.segments),
            "bytes": sum(file.n_bytes for file in manifest.truth_of(day))
            + sum(file.n_bytes for file in manifest.segments if file.day == day),
        }
        for day in manifest.days()
    ]
    if json:
        print_json({"persons": manifest.n_persons, "spots": manifest.n_spots, "days": days})
        return
    n_visits = sum(int(str(day["visits"])) for day in days)
    print_text(say("cli.lake.holds", visits=n_visits, persons=manifest.n_persons, spots=manifest.n_spots))
    headings = [say(f"cli.heading.{name}") for name in ("day", "visits", "segments", "bytes")]
    print_table("", headings, [list(day.values()) for day in days])


def verify(
    *,
    outbreak: OutbreakName,
    rebuild: Rebuild = False,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> int:
    """Prove that index and truth are equal and every file is whole; --rebuild mends what can be mended."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_table, print_text, progress

    actor = open_house(home)
    from lastcase.ops.lake.keep import verify_lake

    with progress(say("cli.progress.verifying", outbreak=outbreak), 1) as bar:
        report = verify_lake(outbreak, by=actor, rebuild=rebuild, on_step=_follow(bar))
    faults = [(f.name, f.what, say("cli.lake.mended") if f.is_mended else f.mend) for f in report.faults]
    if json:
        named = [dict(zip(("file", "what", "mend"), fault, strict=True)) for fault in faults]
        print_json(
            {"is_clean": report.is_clean, "files": report.n_files, "visits": report.n_rows, "faults": named}
        )
        return DONE.code if report.is_clean else DRIFT.code
    print_text(say("cli.lake.verified", files=report.n_files, visits=report.n_rows, faults=len(faults)))
    if faults:
        print_table("", [say(f"cli.heading.{name}") for name in ("file", "what", "mend")], faults)
    return DONE.code if report.is_clean else DRIFT.code


def compact(*, outbreak: OutbreakName, json: Json = False, home: Home = None, lang: Lang = None) -> None:
    """Put days that came in several parts together, so that searches stay quick."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_text, progress

    actor = open_house(home)
    from lastcase.ops.lake.keep import compact_lake

    with progress(say("cli.progress.compacting", outbreak=outbreak), 1) as bar:
        n_days = compact_lake(outbreak, by=actor, on_step=_follow(bar))
    if json:
        print_json({"days": n_days})
    else:
        print_text(say("cli.lake.compacted", n=n_days))


def rekey(*, outbreak: OutbreakName, json: Json = False, home: Home = None, lang: Lang = None) -> None:
    """Draw numbers and pseudonyms of all persons anew: what was taken from the lake before stands for nobody."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_text, progress

    actor = open_house(home)
    from lastcase.ops.lake.keep import rekey_lake

    with progress(say("cli.progress.rekeying", outbreak=outbreak), 1) as bar:
        rekey_lake(outbreak, by=actor, on_step=_follow(bar))
    if json:
        print_json({"is_rekeyed": True})
    else:
        print_text(say("cli.lake.rekeyed"))


def drop(
    *, outbreak: OutbreakName, before: Before, json: Json = False, home: Home = None, lang: Lang = None
) -> int:
    """Delete all visits that start before a day, and prove that none is left; days orders or objections need stay."""
    from lastcase.cli.house import open_house
    from lastcase.cli.moments import parse_date
    from lastcase.cli.output import print_json, print_text

    day = parse_date(before, "--before")
    actor = open_house(home)
    from django.conf import settings

    from lastcase.ops.lake.keep import drop_visits_before

    dropped, remains, n_given_up, n_objections = drop_visits_before(outbreak, day, by=actor)
    if json:
        left = {"n_left": remains.n_rows, "files_left": list(remains.files)}
        given_up = {"n_given_up": n_given_up, "n_objections_given_up": n_objections}
        print_json({**dropped._asdict(), **left, **given_up})
    else:
        if n_given_up:
            days = f"{settings.LASTCASE_LAKE_HOLD_DAYS:g}"
            print_text(say("cli.lake.given_up", n=n_given_up, days=days))
        if n_objections:
            days = f"{settings.LASTCASE_LAKE_OBJECTION_DAYS:g}"
            print_text(say("cli.lake.objections_given_up", n=n_objections, days=days))
        print_text(say("cli.lake.dropped", visits=dropped.n_rows, files=dropped.n_files, day=day.isoformat()))
        print_text(say("cli.lake.none_left" if remains.is_none else "cli.lake.left", n=remains.n_rows))
    return DONE.code if remains.is_none else DRIFT.code


def diary_code(
    *,
    person: Person,
    outbreak: OutbreakName,
    valid_days: ValidDays = 3.0,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Issue a code with which a person tells visits once."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_text

    actor = open_house(home)
    from lastcase.ops.lake.diary import issue_diary_code

    code = issue_diary_code(outbreak, person, by=actor, valid_days=valid_days)
    if json:
        print_json({"code": code, "valid_days": valid_days})
    else:
        print_text(say("cli.lake.code", code=code, days=f"{valid_days:g}"))


def diary(file: File, /, *, code: Code, json: Json = False, home: Home = None, lang: Lang = None) -> int:
    """Take the visits that a person tells, with the code that was issued."""
    from lastcase.cli.exits import REFUSED_FILE
    from lastcase.cli.house import open_house
    from lastcase.cli.import_ import as_json, print_report
    from lastcase.cli.output import print_json

    actor = open_house(home)
    from lastcase.ops.lake.diary import take_diary

    report = take_diary(Path(file), code, by=actor)
    if json:
        print_json(as_json(report))
    else:
        print_report(report, report.outbreak)
    return REFUSED_FILE.code if report.n_errors else DONE.code


def _follow(bar: Bar) -> Callable[[Step], None]:
    return lambda step: bar.at(step.n_done / max(step.n_steps, 1))
