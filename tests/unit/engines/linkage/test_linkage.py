"""Which entries are found to be one person, and which are not."""

from __future__ import annotations

import socket
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Any

import polars as pl
import pytest

from lastcase.engines.linkage import PAIR_SCHEMA, find_pairs, thresholds
from lastcase.engines.linkage.estimate import measure
from lastcase.engines.linkage.link import connect
from lastcase.engines.linkage.model import COMPARISONS, weights
from lastcase.engines.linkage.synthetic import SCHEMA, population

LIKELY = thresholds()["likely"]
ZHANG: dict[str, Any] = {
    "person_id": "a", "name": "张晓明", "sex": "male", "birth_on": date(1988, 3, 9), "phone": "13800138000",
    "document_id": "110101198803090017", "residence_area_id": "north", "residence_place_id": "home",
}  # fmt: skip


def people(*rows: dict[str, Any]) -> pl.DataFrame:
    """Entries among a few hundred others, as a list has them."""
    empty = dict.fromkeys(SCHEMA) | {"recorded_at": datetime(2022, 7, 20, tzinfo=UTC)}
    others, _ = population(500, seed=5)
    return pl.concat([others, pl.DataFrame([{**empty, **row} for row in rows], schema=SCHEMA)])


def between(*rows: dict[str, Any]) -> dict[str, Any] | None:
    """The pair found between the first two entries."""
    ids = sorted(row["person_id"] for row in rows[:2])
    found = find_pairs(people(*rows), at_least=0.01)
    mine = found.filter((pl.col("left_id") == ids[0]) & (pl.col("right_id") == ids[1]))
    return mine.to_dicts()[0] if mine.height else None


def score(*rows: dict[str, Any]) -> float:
    found = between(*rows)
    return found["probability"] if found else 0.0


@pytest.mark.parametrize(
    ("second", "comparison", "level"),
    [
        ({"name": "Zhang Xiaoming"}, "name", "same_pinyin"),
        ({"name": "Xiaoming Zhang"}, "name", "swapped"),
        ({"name": "张小明"}, "name", "same_pinyin"),
        ({"name": "Zhang Xiaomin"}, "name", "near"),
        ({"phone": "13800138001"}, "phone", "one_digit_off"),
        ({"phone": "+86 13800138000"}, "phone", "same"),
        ({"document_id": "110101198803090018"}, "document", "one_character_off"),
        ({"birth_on": date(1988, 9, 3)}, "birth", "one_part_off"),
        ({"birth_on": None, "age_years": 34.0}, "birth", "same_year"),
        ({"residence_place_id": None}, "home", "same_area"),
        ({"sex": None}, "sex", None),
    ],
)
def test_one_person_entered_otherwise_is_found(
    second: dict[str, Any], comparison: str, level: str | None
) -> None:
    found = between(ZHANG, {**ZHANG, "person_id": "b", **second})
    assert found is not None
    assert found["probability"] >= LIKELY
    assert found[comparison] == level


def test_a_compound_surname_in_both_writings() -> None:
    one = {"name": "欧阳娜娜", "phone": "13900139000", "age_years": 21.0}
    assert score({"person_id": "a", **one}, {"person_id": "b", **one, "name": "Ouyang Nana"}) >= LIKELY


def test_spouses_at_one_phone_are_two() -> None:
    wife = {
        "person_id": "b",
        "name": "李芳",
        "sex": "female",
        "birth_on": date(1990, 1, 2),
        "document_id": None,
    }
    assert score(ZHANG, {**ZHANG, **wife}) < thresholds()["show"]


def test_twins_at_one_phone_are_two() -> None:
    twin = {"person_id": "b", "name": "张晓亮", "document_id": "110101198803090025"}
    assert score(ZHANG, {**ZHANG, **twin}) < thresholds()["show"]


def test_twins_without_documents_are_never_likely() -> None:
    first = {**ZHANG, "document_id": None}
    assert score(first, {**first, "person_id": "b", "name": "张晓亮"}) < LIKELY


def test_parent_and_child_at_one_phone_are_two() -> None:
    child = {"person_id": "b", "name": "张子涵", "birth_on": date(2016, 5, 1), "document_id": None}
    assert score(ZHANG, {**ZHANG, **child}) < thresholds()["show"]


def test_a_common_name_alone_is_no_proof() -> None:
    rows = [{"person_id": f"w{n}", "name": "张伟"} for n in range(12)]
    assert score(*rows) < LIKELY


def test_missing_fields_and_nobody() -> None:
    assert find_pairs(pl.DataFrame(schema=SCHEMA)).schema == PAIR_SCHEMA
    nameless = [{"person_id": f"n{n}"} for n in range(3)]
    found = find_pairs(people(*nameless), at_least=0.01)
    assert found.filter(pl.col("left_id").str.starts_with("n")).is_empty()


def test_the_same_persons_in_another_order_give_the_same_pairs() -> None:
    persons, _ = population(800, seed=3)
    shuffled = persons.sample(fraction=1, shuffle=True, seed=1)
    assert find_pairs(persons).equals(find_pairs(shuffled))


def test_a_number_that_everybody_gives_forms_no_pairs() -> None:
    persons, _ = population(2_000, seed=4)
    found = find_pairs(persons.with_columns(phone=pl.lit("4008001234")), at_least=0.01)
    assert found.height < 2_000


@pytest.mark.slow
def test_twenty_thousand_persons_in_seconds_and_mostly_right() -> None:
    persons, pairs = population(20_000, seed=21)
    began = perf_counter()
    found = find_pairs(persons)
    assert perf_counter() - began < 60  # a few seconds on an idle machine; a full cross product takes hours
    right = found.join(pairs, on=["left_id", "right_id"]).height
    assert right / found.height > 0.97
    assert right / pairs.height > 0.93


def test_the_shipped_thresholds_hold_on_persons_that_the_weights_never_saw() -> None:
    limits = thresholds()
    by_limit = {one.at_least: one for one in measure(3_000, seed=31, at_least=tuple(limits.values()))}
    assert by_limit[limits["show"]].recall > 0.93
    assert by_limit[limits["likely"]].precision > 0.98
    assert by_limit[limits["accept"]].precision > 0.99


def test_every_level_has_its_weights() -> None:
    for comparison in COMPARISONS:
        given = weights()["levels"][comparison.name]
        assert {level.key for level in comparison.levels} == set(given)
        assert all(0 < one["m"] <= 1 and 0 < one["u"] <= 1 for one in given.values())


def test_a_long_search_prints_no_progress_into_a_command() -> None:
    assert connect().sql("SELECT current_setting('enable_progress_bar')").fetchone() == (False,)


def test_nothing_reaches_for_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert between(ZHANG, {**ZHANG, "person_id": "b"}) is not None
