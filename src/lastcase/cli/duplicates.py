"""`lastcase duplicates`: entries that may be one person: find them, merge, tell apart, take back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from lastcase.cli.options import Home, Json, Lang, OutbreakName
from lastcase.cli.texts import say

if TYPE_CHECKING:
    from lastcase.ops.records.actions import RecordReport

Score = Annotated[float | None, Parameter(name="--at-least", help="cli.option.at_least")]
Reason = Annotated[str, Parameter(name="--reason", help="cli.option.reason")]
Person = Annotated[str, Parameter(help="cli.argument.entry")]
Into = Annotated[str, Parameter(name="--into", help="cli.option.into")]
Other = Annotated[str, Parameter(name="--from", help="cli.option.apart_from")]


def find(
    *,
    outbreak: OutbreakName,
    at_least: Score = None,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """List pairs of entries that may be one person, the likeliest first, each with what agrees and differs."""
    from lastcase.cli.exits import WRONG_USE, CommandError
    from lastcase.cli.house import open_house
    from lastcase.cli.moments import now
    from lastcase.cli.output import print_json, print_table, progress

    if at_least is not None and not 0 < at_least < 1:
        raise CommandError(WRONG_USE, "cli.error.score", value=at_least)
    actor = open_house(home)
    from lastcase.ops.records import duplicates as reads
    from lastcase.ops.records.outbreaks import get_outbreak
    from lastcase.ops.records.situation import read_situation

    record = get_outbreak(outbreak)
    with progress(say("cli.progress.reading", outbreak=outbreak)):
        situation = read_situation(record, actor, now())
        rows = reads.named(situation, reads.duplicates(situation, at_least))
    if json:
        print_json([_plain(row) for row in rows])
        return
    headings = [say(f"cli.heading.{name}") for name in ("score", "entry", "other_entry", "agrees", "differs")]
    cells = [
        [
            f"{min(100 * row['probability'], 99.9):.1f} %",
            _called(row, "left"),
            _called(row, "right"),
            _said(row["said"]["agrees"] + row["said"]["near"]),
            _said(row["said"]["differs"]),
        ]
        for row in rows
    ]
    print_table(say("cli.duplicates.title", n=len(rows)), headings, cells)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    plain = {name: row[name] for name in ("left_id", "right_id", "left_name", "right_name")}
    said = {kind: dict(levels) for kind, levels in row["said"].items()}
    return {**plain, "probability": round(row["probability"], 6), **said}


def _called(row: dict[str, Any], side: str) -> str:
    name = row[f"{side}_name"] or row[f"{side}_description"]
    return f"{row[f'{side}_id']} {name or ''}".strip()


def _said(levels: list[tuple[str, str]]) -> str:
    return "; ".join(
        f"{say(f'linkage.comparison.{comparison}')}: {say(f'linkage.level.{level}')}"
        for comparison, level in levels
    )


def merge(
    person: Person,
    /,
    *,
    into: Into,
    outbreak: OutbreakName,
    reason: Reason,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Sign that PERSON is the same person as the one given by --into, who survives; both histories are kept."""
    actor, at = _open(home)
    from lastcase.ops.records.actions import merge_pairs

    _told(merge_pairs(outbreak, [(person, into)], reason=reason, at=at, by=actor), json)


def apart(
    person: Person,
    /,
    *,
    other: Other,
    outbreak: OutbreakName,
    reason: Reason,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Sign that PERSON and the one given by --from are two persons: the pair is not proposed again."""
    actor, at = _open(home)
    from lastcase.ops.records.actions import mark_apart

    _told(mark_apart(outbreak, [(person, other)], reason=reason, at=at, by=actor), json)


def unmerge(
    person: Person,
    /,
    *,
    outbreak: OutbreakName,
    reason: Reason,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Take the merge of PERSON back: every fact is again its own entry's."""
    actor, _at = _open(home)
    from lastcase.ops.records.actions import unmerge_persons

    _told(unmerge_persons(outbreak, [person], reason=reason, by=actor), json)


def _open(home: Any) -> tuple[Any, Any]:
    """The house opened: who acts, and the instant of the act."""
    from lastcase.cli.house import open_house
    from lastcase.cli.moments import now

    return open_house(home), now()


def _told(report: RecordReport, json: bool) -> None:
    """Whether anything was written, and the revision on which the record stands then."""
    from lastcase.cli.output import print_json, print_text

    if json:
        print_json({"is_change": report.is_change, "revision": report.revision})
        return
    print_text(say("cli.duplicates.signed" if report.is_change else "cli.duplicates.stands"))
