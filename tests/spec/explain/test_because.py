"""Every answer explains itself, and removing a fact that an explanation cites changes the answer."""

from __future__ import annotations

import polars as pl
import pytest

from lastcase.core.explain.duties import explain_duty, with_reasons, with_reasons_of_orders
from lastcase.core.facts import TABLES
from lastcase.core.facts.store import Facts
from lastcase.editions.messages import render
from tests.spec.tables import World


def world() -> World:
    return World(
        "cn-covid-9",
        persons="""
            person | home
            A      | home-1
            C      | home-1
            D      |
            T      |
        """,
        cases="""
            person | status    | onset      | found
            A      | confirmed | 2022-07-01 | 2022-07-02 10:00
        """,
        contacts="""
            case | person | relation   | setting   | first            | last
            A    | D      | lives_with | household | 2022-07-01 09:00 | 2022-07-02 10:00
            D    | E      | lives_with | household | 2022-07-02 09:00 | 2022-07-02 20:00
        """,
        arrivals="""
            person | origin | left_at          | arrived_at
            T      | high   | 2022-07-02 08:00 | 2022-07-02 20:00
        """,
    )


def reasoned(here: World) -> pl.DataFrame:
    """The world's duties with their reasons."""
    answers = here.answers()
    return with_reasons(answers.duties, answers.orders, here.zone.key)


def without(facts: Facts, cited: str) -> Facts:
    """Facts without the cited row, `table:key`; a cited home is taken from the persons who live in it."""
    name, key = cited.split(":", 1)
    if name == "places":
        persons = facts["persons"].with_columns(residence_place_id=pl.lit(None, pl.String))
        return Facts({**facts.frames, "persons": persons})
    columns = pl.concat_str([pl.col(column).cast(pl.String) for column in TABLES[name].key], separator=":")
    return Facts({**facts.frames, name: facts[name].filter(columns != key)})


@pytest.mark.parametrize("person", ["A", "C", "D", "E", "T"])
def test_removing_any_cited_fact_changes_what_the_person_owes(person: str) -> None:
    here = world()
    before = reasoned(here).filter(pl.col("person_id") == person)
    cited = {fact for row in before.to_dicts() for message in explain_duty(row) for fact in message.facts}
    assert cited
    for fact in cited:
        other = world()
        other.facts = without(here.facts, fact)
        after = reasoned(other).filter(pl.col("person_id") == person)
        assert not after.equals(before), fact


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_reason_can_be_said_in_both_languages(lang: str) -> None:
    here = world()
    for frame in (reasoned(here), with_reasons_of_orders(here.answers().orders, here.zone.key)):
        for row in frame.to_dicts():
            for message in explain_duty(row):
                assert "{" not in render(message.id, message.params, lang)


def test_every_cited_rule_stands_in_the_edition() -> None:
    here = world()
    rules = here.outbreak.adoptions[0].edition.rules
    for row in reasoned(here).to_dicts():
        assert all(rule in rules for message in explain_duty(row) for rule in message.rules)
        assert row["rule"] in rules
