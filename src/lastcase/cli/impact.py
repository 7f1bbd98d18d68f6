"""`lastcase protocol impact`: who would be released, recalled or moved by adopting an edition."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from lastcase.cli.options import AsOf, Home, Json, KnownAt, Lang, OutbreakName
from lastcase.cli.texts import say

if TYPE_CHECKING:
    from lastcase.core.impact import Impact
    from lastcase.core.outbreak import Outbreak
    from lastcase.core.protocol.model import Protocol

Candidate = Annotated[str, Parameter(help="cli.argument.candidate")]
Effective = Annotated[str | None, Parameter(name="--effective", help="cli.option.effective")]
PERSONS_SHOWN = 20
"""Names that the table lists; `--json` lists all."""


def impact(
    edition: Candidate,
    /,
    *,
    outbreak: OutbreakName,
    effective: Effective = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Say what adopting an edition from an instant on would change, person by person; nothing is adopted."""
    from lastcase.cli.house import open_house
    from lastcase.cli.moments import parse_instant
    from lastcase.cli.output import progress
    from lastcase.cli.situation import moment_of

    actor = open_house(home)
    from lastcase.ops.records import queries
    from lastcase.ops.records.impact import impact_on

    candidate = _load(edition)
    core = queries.load_outbreak(outbreak)
    moment, _ = moment_of(core, as_of)
    known = parse_instant(known_at, core.zone, "--known-at") if known_at else None
    begins = parse_instant(effective, core.zone, "--effective") if effective else moment
    with progress(say("cli.progress.impact", edition=candidate.id, outbreak=outbreak)):
        found = impact_on(outbreak, candidate, effective_at=begins, as_of=moment, by=actor, known_at=known)
    _print_json(found, core) if json else _print(found, core)


def _load(edition: str) -> Protocol:
    """An edition in a file (a name that ends in `.toml`), else one shipped, adopted or drafted."""
    from lastcase.cli.protocol import load
    from lastcase.ops.records.drafts import find_edition

    return load(edition) if edition.endswith(".toml") else find_edition(edition)


def _print_json(found: Impact, core: Outbreak) -> None:
    from lastcase.cli.output import print_json

    print_json(
        {
            "edition": found.edition,
            "effective_at": _local(found.effective_at, core),
            "as_of": _local(found.as_of, core),
            "totals": found.totals,
            "summary": found.summary.to_dicts(),
            "persons": [_row(row, core) for row in found.persons.iter_rows(named=True)],
            "duties": [_row(row, core) for row in found.duties.iter_rows(named=True)],
            "areas": [_row(row, core) for row in found.areas.iter_rows(named=True)],
            "targets": [_target(one) for one in found.targets],
        }
    )


def _target(change: Any) -> dict[str, Any]:
    sides = {"before": change.before, "after": change.after}
    read = ("status", "value", "limit", "due_on")
    told = {
        side: None if status is None else {name: getattr(status, name) for name in read}
        for side, status in sides.items()
    }
    return {"id": change.id, "target_set": change.target_set, **told}


def _row(row: dict[str, Any], core: Outbreak) -> dict[str, Any]:
    from lastcase.cli.duties import reason
    from lastcase.core.explain import loads

    plain = {
        name: _local(value, core) if isinstance(value, datetime) else value for name, value in row.items()
    }
    return plain | {"because": [reason(message) for message in loads(row["because"])]}


def _local(instant: datetime, core: Outbreak) -> str:
    from lastcase.cli.moments import iso_local

    return iso_local(instant, core.zone)


def _print(found: Impact, core: Outbreak) -> None:
    from lastcase.cli.moments import local_text
    from lastcase.cli.output import print_table, print_text

    when = local_text(found.effective_at, core.zone)
    print_text(say("cli.impact.title", edition=found.edition, outbreak=core.name, when=when))
    for name, number in found.totals.items():
        print_text(f"- {say(f'cli.impact.{name}', n=number)}")
    headings = [say(f"cli.heading.{name}") for name in ("change", "category", "area", "persons")]
    rows = [
        [say(f"cli.impact.change.{r['change']}"), _category(r["category"]), r["area_id"], r["n_persons"]]
        for r in found.summary.iter_rows(named=True)
    ]
    print_table(say("cli.impact.summary"), headings, rows)
    _print_persons(found, core)


def _print_persons(found: Impact, core: Outbreak) -> None:
    from lastcase.cli.moments import local_text
    from lastcase.cli.output import print_table

    shown = found.persons.filter(found.persons["change"] != "duties").head(PERSONS_SHOWN)

    def end(instant: datetime | None) -> str | None:
        return None if instant is None else local_text(instant, core.zone)

    names = ("person", "category", "change", "until_before", "until_after", "days_moved")
    rows = [
        [
            row["person_id"],
            _category(row["category"]),
            say(f"cli.impact.change.{row['change']}"),
            end(row["before_until_at"]),
            end(row["after_until_at"]),
            None if row["days_moved"] is None else f"{row['days_moved']:+g}",
        ]
        for row in shown.iter_rows(named=True)
    ]
    title = say("cli.impact.persons", n=shown.height, all=found.persons.height)
    print_table(title, [say(f"cli.heading.{name}") for name in names], rows)


def _category(code: str) -> str:
    from lastcase.cli.brief import code_name

    return code_name("category", code)
