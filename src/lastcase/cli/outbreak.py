"""`lastcase outbreak new | list | show`: the outbreaks kept in this installation."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from lastcase.cli.exits import NOT_FOUND, CommandError
from lastcase.cli.options import Home, Json, Lang
from lastcase.cli.texts import say

Name = Annotated[str, Parameter(help="cli.argument.outbreak_name")]
Disease = Annotated[str, Parameter(name="--disease", help="cli.option.disease")]
Edition = Annotated[str, Parameter(name="--edition", help="cli.option.edition")]
Zone = Annotated[str | None, Parameter(name="--time-zone", help="cli.option.time_zone")]
RootArea = Annotated[str | None, Parameter(name="--area", help="cli.option.root_area")]


def new(
    name: Name,
    /,
    *,
    disease: Disease,
    edition: Edition,
    time_zone: Zone = None,
    area: RootArea = None,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Found an outbreak under an edition; founding the same again changes nothing."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_text
    from lastcase.editions import load_edition

    check_known(disease, edition)
    actor = open_house(home)
    from lastcase.ops.records import actions

    zone = time_zone or load_edition(edition).time_zone or machine_zone()
    actions.create_outbreak(name, disease=disease, edition=edition, by=actor, time_zone=zone, area_id=area)
    print_text(say("cli.outbreak.new.done", outbreak=name, disease=disease, edition=edition))


def check_known(disease: str, edition: str) -> None:
    """Raise CommandError (not found) for a disease or an edition that is not shipped."""
    from lastcase import editions

    if disease not in editions.diseases():
        known = ", ".join(sorted(editions.diseases()))
        raise CommandError(NOT_FOUND, "cli.error.no_disease", disease=disease, known=known)
    if edition not in editions.editions():
        known = ", ".join(sorted(editions.editions()))
        raise CommandError(NOT_FOUND, "cli.error.no_edition", edition=edition, known=known)


def machine_zone() -> str:
    """The IANA name of this machine's civil zone; UTC where it states none."""
    import os
    from pathlib import Path
    from zoneinfo import ZoneInfo

    target = os.environ.get("TZ") or os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    stated = Path("/etc/timezone")
    for name in (target.lstrip(":"), stated.read_text().strip() if stated.is_file() else ""):
        try:
            return ZoneInfo(name).key if name else _nothing()
        except (OSError, ValueError):
            continue
    return "UTC"


def _nothing() -> str:
    raise ValueError("no name")


def list_(*, json: Json = False, home: Home = None, lang: Lang = None) -> None:
    """Every outbreak with its disease, its zone and the editions it adopted."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_table

    open_house(home)
    from lastcase.ops.records import queries

    rows = [_described(row) for row in queries.list_outbreaks()]
    if json:
        print_json(rows)
        return
    headings = [
        say(f"cli.heading.{name}") for name in ("outbreak", "disease", "time_zone", "area", "editions")
    ]
    cells = ([r["outbreak"], r["disease"], r["time_zone"], r["area_id"], ", ".join(_names(r))] for r in rows)
    print_table(say("cli.outbreak.list.title", n=len(rows)), headings, cells)


def _names(row: dict[str, Any]) -> list[str]:
    return [adoption["edition"] for adoption in row["editions"]]


def show(name: Name, /, *, json: Json = False, home: Home = None, lang: Lang = None) -> None:
    """One outbreak: its editions over time and how many facts it has of each kind."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_table

    open_house(home)
    from lastcase.core.facts import TABLES
    from lastcase.ops.records import queries
    from lastcase.ops.records.outbreaks import get_outbreak

    shown = _described(get_outbreak(name))
    facts = queries.load_facts(name)
    shown["facts"] = {table: facts[table].height for table in TABLES if facts[table].height}
    if json:
        print_json(shown)
        return
    title = say("cli.outbreak.show.title", outbreak=name, disease=shown["disease"], zone=shown["time_zone"])
    adopted = [[a["edition"], a["effective_at"], a["signed_by"], a["reason"]] for a in shown["editions"]]
    print_table(title, [say(f"cli.heading.{n}") for n in ("edition", "from", "signed_by", "reason")], adopted)
    names = [[table_name(table), n] for table, n in shown["facts"].items()]
    print_table(say("cli.outbreak.show.facts"), [say("cli.heading.table"), say("cli.heading.rows")], names)


def table_name(name: str) -> str:
    """What a fact table is called in the chosen language."""
    from lastcase.cli.texts import language
    from lastcase.core.facts import TABLES

    return TABLES[name].zh if language() == "zh" else TABLES[name].en


def _described(row: Any) -> dict[str, Any]:
    adoptions = row.adoptions.order_by("effective_at")
    return {
        "outbreak": row.name,
        "disease": row.disease,
        "time_zone": row.time_zone,
        "area_id": row.area_id or None,
        "editions": [
            {
                "edition": a.edition_id,
                "effective_at": a.effective_at,
                "signed_by": a.signed_by,
                "reason": a.reason,
            }
            for a in adoptions
        ],
    }
