"""`lastcase targets`: met, missed, open or not known, at an instant."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from lastcase.cli.exits import NOT_FOUND, CommandError
from lastcase.cli.options import Area, AsOf, Home, Json, KnownAt, Lang, OutbreakName

SetName = Annotated[str, Parameter(name="--set", help="cli.option.set")]
Day0 = Annotated[str | None, Parameter(name="--day0", help="cli.option.day0")]


def targets(
    *,
    outbreak: OutbreakName,
    set_: SetName = "79144",
    day0: Day0 = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    area: Area = None,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Judge every target of a set; without `--day0` the signed decision in force says what day 0 is."""
    from lastcase.cli.brief import print_targets
    from lastcase.cli.moments import parse_date
    from lastcase.cli.output import print_json, print_text
    from lastcase.cli.situation import read_situation, say_moment
    from lastcase.core.targets.progress import UnknownTargetSet, progress

    day = parse_date(day0, "--day0") if day0 else None
    situation = read_situation(outbreak, as_of, known_at, home)
    try:
        found = progress(
            situation.facts, situation.outbreak, situation.answers, set_, day, situation.as_of, area
        )
    except UnknownTargetSet:
        edition = situation.outbreak.edition_at(situation.as_of).id
        raise CommandError(NOT_FOUND, "cli.error.no_target_set", set=set_, edition=edition) from None
    rows = [target_row(status) for status in found]
    if json:
        print_json(rows)
        return
    print_text(say_moment(situation))
    print_targets(rows)


def target_row(status: Any) -> dict[str, Any]:
    """A target's status as JSON, with the reasons in the chosen language."""
    from lastcase.cli.duties import reason

    names = ("id", "target_set", "day", "due_on", "numerator", "value", "limit", "status", "area_id")
    return {name: getattr(status, name) for name in names} | {"because": [reason(m) for m in status.because]}
