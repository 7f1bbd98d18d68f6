"""`lastcase duties`: what a person owes or is owed, by when, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from lastcase.cli.options import AsOf, Home, Json, KnownAt, Lang, OutbreakName
from lastcase.cli.texts import language, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lastcase.cli.situation import Situation
    from lastcase.core.explain import Message

Person = Annotated[str, Parameter(name="--person", help="cli.option.person")]
INSTANTS = (
    "issued_at",
    "opens_at",
    "due_at",
    "offered_at",
    "sampled_at",
    "inconclusive_at",
    "fulfilled_at",
    "closed_at",
)
PLAIN = (
    "key",
    "kind",
    "category",
    "ordinal",
    "state",
    "progress",
    "is_release",
    "closed_reason",
    "responsible",
    "post",
    "edition",
)


def duties(
    *,
    outbreak: OutbreakName,
    person: Person,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """List one person's duties at an instant, each with its clause and its reasons."""
    from lastcase.cli.output import print_json, print_text
    from lastcase.cli.situation import find_person, read_situation, say_moment

    situation = read_situation(outbreak, as_of, known_at, home)
    person_id = find_person(situation, person)
    rows = duty_rows(situation, person_id)
    if json:
        print_json(rows)
        return
    print_text(say_moment(situation))
    _print(person_id, rows, situation)


def duty_rows(situation: Situation, person_id: str) -> list[dict[str, Any]]:
    """The person's duties issued by the instant, in the order in which they fall due."""
    import polars as pl

    from lastcase.core.duties.clocks import states_at
    from lastcase.core.explain.duties import with_reasons
    from lastcase.ops.records.posts import with_posts

    own = situation.answers.duties.filter(pl.col("person_id") == person_id)
    orders = situation.answers.orders.filter(pl.col("person_id") == person_id)
    told = with_reasons(own, orders, situation.outbreak.time_zone)
    owed = with_posts(states_at(told, situation.as_of), situation.facts["areas"])
    shown = owed.sort("due_at", "key", nulls_last=True)
    return [_row(row, situation) for row in shown.iter_rows(named=True)]


def _row(row: Mapping[str, Any], situation: Situation) -> dict[str, Any]:
    from lastcase.cli.moments import iso_local

    zone = situation.outbreak.zone
    instants = {name: iso_local(row[name], zone) if row[name] else None for name in INSTANTS}
    because = {"rule": row["rule"], "clause": clause(row, situation), "because": reasons(row)}
    about = {"held_by": row["area_id"], "person_id": row["person_id"]}
    return {name: row[name] for name in PLAIN} | instants | because | about


def clause(row: Mapping[str, Any], situation: Situation) -> str | None:
    """The text of the clause under which the row stands, in the chosen language."""
    for adoption in situation.outbreak.adoptions:
        rule = adoption.edition.rules.get(str(row["rule"]))
        if adoption.edition.id == row["edition"] and rule is not None:
            return rule.clause_zh if language() == "zh" else rule.clause_en
    return None


def reasons(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Why the row is there: each message with its text, the facts it cites and the rules."""
    from lastcase.core.explain.duties import explain_duty

    return [reason(message) for message in explain_duty(row)]


def reason(message: Message) -> dict[str, Any]:
    """One message of an explanation as JSON, with its text."""
    return {
        "id": message.id,
        "text": say(message.id, None, **message.params),
        "params": dict(message.params),
        "facts": list(message.facts),
        "rules": list(message.rules),
    }


def _print(person_id: str, rows: list[dict[str, Any]], situation: Situation) -> None:
    from datetime import datetime

    from lastcase.cli.brief import code_name
    from lastcase.cli.moments import local_text
    from lastcase.cli.output import print_table

    headings = [say(f"cli.heading.{name}") for name in ("duty", "due_at", "state", "clause")]
    cells = []
    for row in rows:
        due = (
            local_text(datetime.fromisoformat(row["due_at"]), situation.outbreak.zone)
            if row["due_at"]
            else None
        )
        cells.append(
            [code_name("duty", row["kind"]), due, code_name("duty_state", row["state"]), row["clause"]]
        )
    print_table(say("cli.duties.title", person=person_id, n=len(rows)), headings, cells)
