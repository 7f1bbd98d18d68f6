"""`lastcase brief`: where the outbreak stands, led by what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from lastcase.cli.options import Area, AsOf, Home, Json, KnownAt, Lang, OutbreakName
from lastcase.cli.texts import own_texts, say

if TYPE_CHECKING:
    from lastcase.cli.situation import Situation

Grouping = Literal["area", "hour", "nation", "region", "city", "county", "township", "committee", "cell"]
By = Annotated[Grouping | None, Parameter(name="--by", help="cli.option.by")]


def brief(
    *,
    outbreak: OutbreakName,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    area: Area = None,
    by: By = None,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Print the brief of an outbreak at an instant."""
    from lastcase.cli.output import print_json, print_text
    from lastcase.cli.situation import read_situation, say_moment

    situation = read_situation(outbreak, as_of, known_at, home)
    found = brief_of(situation, area)
    if by:
        found["coverage_by"] = {"by": by, "rows": coverage_rows(situation, by)}
    if json:
        print_json(found)
        return
    print_text(say("cli.brief.title", outbreak=outbreak, edition=found["edition"]))
    print_text(say_moment(situation))
    _print(found)
    if by:
        print_coverage(found["coverage_by"]["rows"])


def coverage_rows(situation: Situation, by: str) -> list[dict[str, Any]]:
    """The four alls in groups, worst first, as `--json` prints them."""
    from lastcase.core.duties.clocks import states_at
    from lastcase.core.duties.coverage import covered_kinds
    from lastcase.core.duties.grouping import coverage_by

    duties = states_at(situation.answers.duties, situation.as_of)
    covered, zone = covered_kinds(situation.facts), situation.outbreak.time_zone
    return coverage_by(duties, covered, situation.facts, by, zone).to_dicts()


def print_coverage(rows: list[dict[str, Any]]) -> None:
    """Print the four alls in groups as a table."""
    from lastcase.cli.output import print_table

    names = ("group", "alls", "should", "done", "missing", "not_yet_due", "share")
    cells = [
        [
            row["group"] or say("cli.brief.not_known"),
            say(f"cli.alls.{row['alls']}"),
            *(row[f"n_{name}"] for name in names[2:6]),
            _coverage(row["share"]),
        ]
        for row in rows
    ]
    print_table(say("cli.brief.coverage_by"), [say(f"cli.heading.{name}") for name in names], cells)


def brief_of(situation: Situation, area: str | None = None) -> dict[str, Any]:
    """The brief as `--json` prints it: core's figures, and where the instant came from."""
    from lastcase.core.brief import brief as core_brief

    found = core_brief(situation.facts, situation.outbreak, situation.answers, situation.as_of, area_id=area)
    known = {"known_at": situation.known_at} if situation.known_at else {}
    return found | {"is_as_of_suggested": situation.is_suggested} | known


def _print(found: dict[str, Any]) -> None:
    from lastcase.cli.output import print_table

    headings = [say("cli.heading.figure"), say("cli.heading.value")]
    print_table("", headings, [[name, value] for name, value in _figures(found)])
    if found["targets"]:
        print_targets(found["targets"])


def _figures(found: dict[str, Any]) -> list[tuple[str, object]]:
    """The figures that the brief leads with, then totals."""
    contacts, duties = found["contacts"], found["duties"]
    rows = _lead(found["lead"])
    rows.append((say("cli.brief.cases"), found["cases"]["total"]))
    rows += [("  " + code_name("case_status", name), n) for name, n in found["cases"]["by_status"].items()]
    rows += [(say("cli.brief.close"), contacts["close"]), (say("cli.brief.secondary"), contacts["secondary"])]
    if contacts.get("unnamed"):
        rows.append((say("cli.brief.unnamed"), contacts["unnamed"]))
    rows += [(say(f"cli.brief.duties.{name}"), duties[name]) for name in ("owed", "done", "overdue")]
    rows += [
        (say("cli.brief.coverage", kind=code_name("duty", n)), _coverage(v))
        for n, v in found["coverage"].items()
    ]
    rows += [
        (say("cli.brief.risk", level=code_name("risk_level", n)), v) for n, v in found["risk_areas"].items()
    ]
    return [*rows, *_published(found)]


def _published(found: dict[str, Any]) -> list[tuple[str, object]]:
    """When the outbreak would end, and the latest number of every indicator, with its day."""
    ending = (found.get("ending") or {}).get("ends_on")
    rows: list[tuple[str, object]] = [(say("cli.brief.ending"), ending)] if ending else []
    for name, number in found["published"].items():
        shown = say("cli.brief.published", indicator=indicator_name(name), on=number["on"])
        rows.append((shown, f"{number['value']:g}"))
    return rows


def indicator_name(name: str) -> str:
    """What an indicator is called in the chosen language; one that only a source knows keeps its name."""
    key = f"cli.indicator.{name}"
    return say(key) if key in own_texts() else name


def _lead(lead: dict[str, Any]) -> list[tuple[str, object]]:
    """What is new today and who waits: a figure of a day carries its date."""
    rows: list[tuple[str, object]] = []
    for name, value in lead.items():
        if isinstance(value, dict):
            parts = {part: n for part, n in value.items() if part != "on"}
            rows += [
                (say(f"cli.brief.day.{part}", on=value["on"]), _share(part, n)) for part, n in parts.items()
            ]
        else:
            rows.append((say(f"cli.brief.lead.{name}"), _share(name, value)))
    return rows


def _coverage(share: float | None) -> str:
    return say("cli.brief.no_source") if share is None else f"{100 * share:.1f} %"


def _share(name: str, value: object) -> object:
    """A figure as people read it: shares in per cent, published numbers each with its name."""
    if value is None or value == {}:
        return say("cli.brief.not_known")
    if isinstance(value, dict):
        return ", ".join(f"{part} {_share(part, n)}" for part, n in value.items())
    return f"{100 * value:.1f} %" if name.endswith("_share") and isinstance(value, float) else value


def code_name(kind: str, value: str) -> str:
    """What a code is called in the chosen language."""
    from lastcase.cli.texts import language
    from lastcase.core.facts import vocabulary

    codes = {
        "case_status": vocabulary.CASE_STATUSES,
        "duty": vocabulary.DUTY_KINDS,
        "risk_level": vocabulary.RISK_LEVELS,
        "duty_state": vocabulary.DUTY_STATES,
        "category": vocabulary.CATEGORIES,
        "setting": vocabulary.SETTINGS,
    }[kind]
    names = {code.value: code.zh if language() == "zh" else code.en for code in codes}
    return names.get(value, value)


def print_targets(targets: list[dict[str, Any]]) -> None:
    """Print the states of targets as a table."""
    from lastcase.cli.output import print_table

    headings = [say(f"cli.heading.{name}") for name in ("target", "due_on", "value", "limit", "status")]
    rows = [
        [
            say(f"cli.target.{t['numerator']}"),
            t["due_on"],
            t["value"],
            t["limit"],
            say(f"cli.status.{t['status']}"),
        ]
        for t in targets
    ]
    print_table(say("cli.targets.title"), headings, rows)
