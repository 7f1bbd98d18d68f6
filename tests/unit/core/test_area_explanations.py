"""Every explanation of areas and targets has its wording in both languages, and every wording is used."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

import lastcase.core
from lastcase.core.detection import detect
from lastcase.core.explain.areas import explain_area
from lastcase.core.explain.targets import explain_target
from lastcase.core.risk_areas.release import risk_area_clocks
from lastcase.core.targets import progress
from tests.golden import beihai
from tests.spec.facts import at, case, cell, facts, person, stay, swab
from tests.spec.protocols import COUNTED, SET_79144, high, medium, outbreak

CATALOGUE = tomllib.loads(
    (files("lastcase.editions") / "messages" / "areas.toml").read_text(encoding="utf-8")
)
OUTBREAK = outbreak(*COUNTED, high(), medium(), *SET_79144, area_id="450500")
RECORD = beihai.facts()
STORY = facts(
    areas=[cell()],
    persons=[person("P"), person("Q")],
    cases=[case("P", "07-26 10:00")],
    specimens=[swab("P", "08-02 09:00")],
    risk_areas=[stay("07-25 09:00"), stay("07-25 09:00", risk_area_id="B", risk_level="low", area_id="x")],
)


def clocks() -> pl.DataFrame:
    made = [risk_area_clocks(given, OUTBREAK, detect(given, OUTBREAK))[0] for given in (RECORD, STORY)]
    return pl.concat(made)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_explanations_of_areas_read_whole(lang: str) -> None:
    for row in clocks().iter_rows(named=True):
        messages = explain_area(row)
        assert messages
        for message in messages:
            assert "{" not in CATALOGUE[message.id][lang].format(**message.params)
            assert all(fact.split(":")[0] in ("risk_areas", "cases") for fact in message.facts)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_explanations_of_targets_read_whole(lang: str) -> None:
    for as_of in ("2022-08-01T09:00", "2022-08-09T09:00"):
        for day0 in (date(2022, 7, 17), date(2022, 7, 25), None):
            for status in progress(RECORD, OUTBREAK, None, "79144", day0, beihai.at(as_of)):
                assert all(CATALOGUE[m.id][lang].format(**m.params) for m in explain_target(status))


def test_a_restart_cites_its_case_and_local_time() -> None:
    row = clocks().filter(pl.col("clock_from_at") == at("07-26 10:00")).row(0, named=True)
    first = explain_area(row)[0]
    assert (first.id, first.params["clock_from_at"]) == ("area.clock_restarted", "2022-07-26 10:00")
    assert first.facts[1] == "cases:P:1"
    assert first.rules == ("risk_level.high",)


def test_every_id_in_the_code_is_worded() -> None:
    folder = Path(lastcase.core.__path__[0])
    sources = [
        folder / "explain" / "areas.py",
        folder / "explain" / "targets.py",
        folder / "targets" / "progress.py",
    ]
    named = {
        found
        for path in sources
        for found in re.findall(r'"((?:area|target)\.[a-z0-9_.]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(named) > 10
    assert named <= set(CATALOGUE)
