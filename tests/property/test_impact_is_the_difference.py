"""What an impact says is what two whole derivations, one with the adoption and one without, differ by."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastcase.core.answers import Answers
from lastcase.core.derive import derive
from lastcase.core.explain import loads
from lastcase.core.facts.store import Facts
from lastcase.core.impact import EffectiveTaken, Impact, find_impact, with_adoption
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.model import Protocol, Stage
from lastcase.core.targets import progress, target_sets
from lastcase.editions import editions, load_edition
from lastcase.editions.messages import render
from tests.spec.protocol.world import World

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
JULY = datetime(2022, 7, 1, tzinfo=UTC)
RANK = {"high": 3, "medium": 2, "low": 1, "none": 0}
FACTS = {name: World(load_edition(name)).facts() for name in editions()}
Row = dict[str, Any]


def some(facts: Facts, seed: int) -> Facts:
    """Part of a world: about two rows of three, the tree and the persons whole."""
    dice = random.Random(seed)
    kept = {}
    for name, frame in facts.frames.items():
        chosen = [
            True if name in ("areas", "persons", "places") else dice.random() < 0.67
            for _ in range(frame.height)
        ]
        kept[name] = frame.filter(pl.Series(chosen, dtype=pl.Boolean))
    return Facts(kept)


def shorter(edition: Protocol, days: int) -> Protocol:
    """The edition under another id, its stages `days` shorter where the tests leave room."""
    rules = {
        name: replace(rule, length_days=max(rule.length_days - days, max((*rule.test_days, 1))))
        if isinstance(rule, Stage)
        else rule
        for name, rule in edition.rules.items()
    }
    return replace(edition, id=f"{edition.id}-own", rules=rules)


def outbreak(*adopted: tuple[Protocol, datetime]) -> Outbreak:
    return Outbreak("world", "covid", "Asia/Shanghai", "C", tuple(Adoption(*one) for one in adopted))


def named(rows: list[Row], what: str, stable: set[str]) -> dict[tuple[Any, ...], Row]:
    """Rows by what they ask of whom; those alike counted in the order of their keys."""
    found: dict[tuple[Any, ...], Row] = {}
    turns: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in sorted(rows, key=lambda one: one["key"]):
        parts = row["key"].removesuffix(f"|{row['edition']}").split("|")
        episode = parts[-1] if what == "order" else parts[-2]
        slot = row["rule"] if row["rule"] in stable else ""
        key = (
            row["person_id"],
            row["category"],
            what,
            row.get("kind"),
            row["ordinal"],
            row.get("is_release"),
        )
        turns[*key, episode, slot] += 1
        found[*key, episode, slot, turns[*key, episode, slot]] = row
    return found


def values(row: Row, what: str) -> tuple[Any, ...]:
    if what == "order":
        names = ("place_kind", "specimen_kinds", "starts_at", "ends_at", "released_at", "closed_at")
    else:
        names = ("place_kind", "specimen_kinds", "opens_at", "due_at", "fulfilled_at", "closed_at")
    return tuple(row.get(name) for name in names)


def changed(before: Answers, after: Answers, home: Outbreak) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Orders and duties that differ: change, and the values on both sides."""
    stable = set.intersection(*(set(one.edition.rules) for one in home.adoptions))
    found = {}
    for what, name in (("order", "orders"), ("duty", "duties")):
        one, other = (named(getattr(side, name).to_dicts(), what, stable) for side in (before, after))
        for key in one.keys() | other.keys():
            was = values(one[key], what) if key in one else None
            now = values(other[key], what) if key in other else None
            if was != now:
                change = "gained" if was is None else "dropped" if now is None else "changed"
                found[key] = (change, was or (None,) * 6, now or (None,) * 6)
    return found


def told(impact: Impact) -> list[tuple[Any, ...]]:
    names = ("place_kind", "specimen_kinds", "opens_at", "due_at", "fulfilled_at", "closed_at")
    return [
        (
            tuple(row[name] for name in ("person_id", "category", "what", "kind", "ordinal", "is_release")),
            row["change"],
            tuple(row[f"before_{name}"] for name in names),
            tuple(row[f"after_{name}"] for name in names),
        )
        for row in impact.duties.to_dicts()
    ]


def bound(answers: Answers, at: datetime) -> set[tuple[str, str]]:
    """Persons and categories with an order that stands at the instant or begins later."""
    return {
        (row["person_id"], row["category"])
        for row in answers.orders.to_dicts()
        if row["closed_at"] is None or row["closed_at"] > at
    }


def until(answers: Answers) -> dict[tuple[str, str], datetime | None]:
    ends: dict[tuple[str, str], list[datetime | None]] = defaultdict(list)
    for row in answers.orders.to_dicts():
        ends[row["person_id"], row["category"]].append(row["closed_at"] or row["ends_at"])
    return {who: None if None in found else max(found) for who, found in ends.items()}  # type: ignore[type-var]


def fates(
    before: Answers, after: Answers, who: set[tuple[str, str]], at: datetime
) -> dict[tuple[str, str], str]:
    """What becomes of each person and category."""
    was, now = bound(before, at), bound(after, at)
    anyhow_was, anyhow_now = ({person for person, _ in side} for side in (was, now))
    old_ends, new_ends = until(before), until(after)
    found = {}
    for one in who:
        if one in was and one[0] not in anyhow_now:
            found[one] = "released"
        elif one in now and one[0] not in anyhow_was:
            found[one] = "recalled"
        elif (one in was) != (one in now):
            found[one] = "shifted"
        elif one in was and old_ends.get(one) != new_ends.get(one):
            found[one] = "moved"
        else:
            found[one] = "duties"
    return found


CLOCK = ("risk_level", "next_level", "clock_from_at", "clean_at", "round_from_at", "release_at", "n_blocking")


def areas(answers: Answers) -> dict[tuple[str, str], tuple[Any, ...]]:
    found = {
        ("clock", row["key"]): tuple(row[name] for name in CLOCK)
        for row in answers.risk_area_clocks.to_dicts()
    }
    for row in answers.area_proposals.to_dicts():
        spot = ("proposal", row["place_id"] or row["area_id"])
        best = max(RANK[row["risk_level"]], RANK[found[spot][0]] if spot in found else 0)
        level = next(name for name, rank in RANK.items() if rank == best)
        found[spot] = (level, *(None,) * 6)
    return found


def targets(facts: Facts, home: Outbreak, answers: Answers, at: datetime) -> dict[str, tuple[Any, ...]]:
    sets = target_sets(home.edition_at(at))
    rows = [one for name in sets for one in progress(facts, home, answers, name, None, at)]
    return {one.id: (one.due_on, one.value, one.limit, one.status) for one in rows}


def assert_is_the_difference(facts: Facts, home: Outbreak, edition: Protocol, at: datetime) -> Impact:
    read_at = JULY + timedelta(days=40)
    impact = find_impact(facts, home, edition, at, read_at)
    after_home = with_adoption(home, edition, at)
    before, after = derive(facts, home), derive(facts, after_home)

    rows = changed(before, after, after_home)
    naive = [(key[:6], *values) for key, values in rows.items()]
    assert sorted(map(repr, naive)) == sorted(map(repr, told(impact)))

    who = {(key[0], key[1]) for key in rows}
    persons = {(row["person_id"], row["category"]): row for row in impact.persons.to_dicts()}
    assert {one: row["change"] for one, row in persons.items()} == fates(before, after, who, at)
    old_ends, new_ends = until(before), until(after)
    for one, row in persons.items():
        assert (row["before_until_at"], row["after_until_at"]) == (old_ends.get(one), new_ends.get(one))

    one, other = areas(before), areas(after)
    differ = {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
    assert {(row["what"], row["key"]) for row in impact.areas.to_dicts()} == differ

    old, new = targets(facts, home, before, read_at), targets(facts, after_home, after, read_at)
    assert {t.id for t in impact.targets} == {i for i in old.keys() | new.keys() if old.get(i) != new.get(i)}
    return impact


shipped = st.sampled_from(sorted(editions()))


@given(
    old=shipped, new=shipped, days=st.sampled_from([0, 2]), seed=st.integers(0, 999), day=st.integers(5, 40),
    earlier=st.none() | shipped,
)  # fmt: skip
def test_an_impact_is_the_difference_of_two_derivations(
    old: str, new: str, days: int, seed: int, day: int, earlier: str | None
) -> None:
    adopted = [(load_edition(old), BEGIN)]
    if earlier is not None:
        adopted.append((load_edition(earlier), JULY + timedelta(days=17)))
    facts = some(FACTS[old], seed)
    at = JULY + timedelta(days=day, hours=3)
    assert_is_the_difference(facts, outbreak(*adopted), shorter(load_edition(new), days), at)


@pytest.mark.parametrize("name", editions())
def test_adopting_the_same_rules_again_changes_nobody(name: str) -> None:
    edition = load_edition(name)
    home = outbreak((edition, BEGIN))
    impact = find_impact(FACTS[name], home, replace(edition, id="same"), JULY + timedelta(days=20), JULY)
    assert impact.persons.filter(pl.col("change") != "duties").is_empty()
    assert impact.duties.filter(pl.col("category") != "occupation").is_empty()
    assert impact.areas.is_empty()
    assert impact.targets == ()


def test_every_change_is_explained_by_rules_of_both_editions() -> None:
    home = outbreak((load_edition("cn-covid-8"), BEGIN))
    impact = assert_is_the_difference(
        FACTS["cn-covid-8"], home, load_edition("cn-covid-9"), JULY + timedelta(days=19)
    )
    assert impact.totals["n_released"] > 0
    said_of = {}
    for frame in (impact.persons, impact.duties, impact.areas):
        for because in frame["because"].unique():
            messages = loads(because)
            assert any(message.rules for message in messages)
            said_of.update({repr(message): message for message in messages})
    for message in said_of.values():
        assert render(message.id, message.params, "zh") != render(message.id, message.params, "en")
    freed = impact.persons.filter((pl.col("change") == "released") & (pl.col("category") == "close_contact"))
    said = {
        render(message.id, message.params, "en")
        for because in freed["because"].unique()
        for message in loads(because)
    }
    assert "Management stage stage.close_contact_1, Length: 14 days → 7 days" in said


def test_an_instant_carries_one_adoption() -> None:
    home = outbreak((load_edition("cn-covid-8"), BEGIN))
    with pytest.raises(EffectiveTaken):
        with_adoption(home, load_edition("cn-covid-9"), BEGIN)
