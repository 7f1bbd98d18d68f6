"""`lastcase risk-areas`.

Which risk areas stand at an instant, their clocks, and what left before its clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from lastcase.cli.moments import iso_local
from lastcase.cli.options import AsOf, Home, Json, KnownAt, Lang, OutbreakName
from lastcase.cli.texts import say

if TYPE_CHECKING:
    import polars as pl

    from lastcase.cli.situation import Situation

ListKind = Annotated[str | None, Parameter(name="--list", help="cli.option.list_kind")]
EarlyExits = Annotated[bool, Parameter(name="--early-exits", negative=(), help="cli.option.early_exits")]
SHOWN = (
    "risk_area_id",
    "name",
    "area_id",
    "list_kind",
    "risk_level",
    "next_level",
    "n_roster",
    "n_negative",
    "n_blocking",
    "is_early_exit",
    "lineage",
    "rule",
    "edition",
)
SHOWN_OF_ROUNDS = (
    "area_id",
    "series",
    "ordinal",
    "round_state",
    "is_further",
    "n_roster",
    "n_sampled",
    "n_found",
    "n_clean",
    "rule",
    "edition",
)
INSTANTS = ("start_at", "end_at", "clock_from_at", "clean_at", "round_from_at", "round_met_at", "release_at")


def risk_areas(
    *,
    outbreak: OutbreakName,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    early_exits: EarlyExits = False,
    list_kind: ListKind = None,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """List the risk areas that stand at an instant, or every stay that ended before its clock."""
    from lastcase.cli.output import print_json
    from lastcase.cli.situation import read_situation

    situation = read_situation(outbreak, as_of, known_at, home)
    clocks = situation.answers.risk_area_clocks
    if list_kind:
        import polars as pl

        clocks = clocks.filter(pl.col("list_kind") == list_kind)
    found = report(situation, clocks, early_exits)
    if json:
        print_json(found)
        return
    _print(found, situation)


def report(situation: Situation, clocks: pl.DataFrame, early_exits: bool) -> dict[str, Any]:
    """The stays that stand (or that left early), counted by level, as `--json` prints them."""
    import polars as pl

    begun = clocks.filter(pl.col("start_at") <= situation.as_of)
    standing = begun.filter(pl.col("end_at").is_null() | (pl.col("end_at") > situation.as_of))
    early = begun.filter(pl.col("is_early_exit") & (pl.col("end_at") <= situation.as_of))
    shown = (early if early_exits else standing).sort("risk_level", "risk_area_id", "start_at")
    counts = dict(standing.group_by("risk_level").len().iter_rows())
    return {
        "as_of": iso_local(situation.as_of, situation.outbreak.zone),
        "outbreak": situation.outbreak.name,
        **{level: counts.get(level, 0) for level in ("high", "medium", "low")},
        "n_early_exits": early.height,
        "areas": [_row(row, situation) for row in shown.iter_rows(named=True)],
        "test_rounds": [_round(row, situation) for row in _rounds(situation)],
    }


def _rounds(situation: Situation) -> list[dict[str, Any]]:
    from lastcase.core.screening.counts import rounds_at

    return rounds_at(situation.answers.test_rounds, situation.as_of).to_dicts()


def _round(row: dict[str, Any], situation: Situation) -> dict[str, Any]:
    from lastcase.cli.duties import clause

    zone = situation.outbreak.zone
    instants = {
        name: iso_local(row[name], zone) if row[name] else None for name in ("start_at", "due_at", "next_at")
    }
    return {name: row[name] for name in SHOWN_OF_ROUNDS} | instants | {"clause": clause(row, situation)}


def _row(row: dict[str, Any], situation: Situation) -> dict[str, Any]:
    from lastcase.cli.duties import clause, reasons

    instants = {
        name: iso_local(row[name], situation.outbreak.zone) if row[name] else None for name in INSTANTS
    }
    said = {"clause": clause(row, situation), "because": reasons(row)}
    return {name: row[name] for name in SHOWN} | instants | said


def _print(found: dict[str, Any], situation: Situation) -> None:
    from datetime import datetime

    from lastcase.cli.brief import code_name
    from lastcase.cli.moments import local_text
    from lastcase.cli.output import print_table, print_text
    from lastcase.cli.situation import say_moment

    def local(text: str | None) -> str | None:
        return local_text(datetime.fromisoformat(text), situation.outbreak.zone) if text else None

    print_text(say_moment(situation))
    print_text(say("cli.risk_areas.early", n=found["n_early_exits"]))
    headings = [
        say(f"cli.heading.{n}")
        for n in ("risk_area", "level", "from", "until", "clean_at", "blocking", "release_at")
    ]
    rows = [
        [
            a["name"] or a["risk_area_id"],
            code_name("risk_level", a["risk_level"]),
            local(a["start_at"]),
            local(a["end_at"]),
            local(a["clean_at"]),
            a["n_blocking"],
            local(a["release_at"]),
        ]
        for a in found["areas"]
    ]
    print_table(
        say("cli.risk_areas.title", high=found["high"], medium=found["medium"], low=found["low"]),
        headings,
        rows,
    )
    if found["test_rounds"]:
        names = ("area", "round", "from", "due_at", "n_roster", "n_sampled", "n_found", "next_at")
        print_table(
            say("cli.risk_areas.rounds"),
            [say(f"cli.heading.{name}") for name in names],
            [
                [
                    one["area_id"],
                    one["ordinal"],
                    local(one["start_at"]),
                    local(one["due_at"]),
                    one["n_roster"],
                    one["n_sampled"],
                    one["n_found"],
                    local(one["next_at"]) or say("cli.risk_areas.stops"),
                ]
                for one in found["test_rounds"]
            ],
        )
