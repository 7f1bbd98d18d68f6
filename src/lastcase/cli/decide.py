"""`lastcase decide day0`: sign a decision at the terminal, in the name of the machine's operator."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from lastcase.cli.options import Area, Home, Json, Lang, OutbreakName
from lastcase.cli.targets import SetName

Day = Annotated[str, Parameter(help="cli.argument.day0")]
Reason = Annotated[str, Parameter(name="--reason", help="cli.option.reason")]


def day0(
    day: Day,
    /,
    *,
    outbreak: OutbreakName,
    reason: Reason,
    set_: SetName = "79144",
    area: Area = None,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Sign the day 0 of a set of targets; those signed before are kept, and all are printed, oldest first."""
    from lastcase.cli.house import open_house
    from lastcase.cli.moments import now, parse_date
    from lastcase.cli.output import print_json, print_table
    from lastcase.cli.texts import say

    on = parse_date(day, "DATE")
    actor = open_house(home)
    from lastcase.core.targets import day0_history
    from lastcase.ops.records import queries
    from lastcase.ops.records.actions.acts import sign_day0

    about = queries.load_outbreak(outbreak)
    area_id = area or about.area_id
    sign_day0(outbreak, target_set=set_, day0_on=on, area_id=area_id, reason=reason, at=now(), by=actor)
    signed = day0_history(queries.load_facts(outbreak, persons=[]), set_, area_id)
    names = ("day0_on", "signed_at", "signed_by", "reason")
    rows = [{name: getattr(one, name) for name in names} for one in signed]
    if json:
        print_json(rows)
        return
    cells = [[row["day0_on"], row["signed_by"], row["reason"]] for row in rows]
    headings = [say(f"cli.heading.{name}") for name in ("day0", "signed_by", "reason")]
    print_table(say("cli.decide.day0.title", set=set_), headings, cells)
