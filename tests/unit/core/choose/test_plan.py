"""Plans as files: what they state, and faults with their line and mend."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import pytest

from lastcase.core.choose.plan import Plan, PlanErrors, parse_plan
from lastcase.core.choose.shapes import LEVERS
from lastcase.core.protocol.problems import Problem
from lastcase.core.simulate.levers import Levers
from lastcase.editions import editions, load_plan, plans
from lastcase.editions.messages import render

TEXT = """id = "mine"
name_en = "Mine"
name_zh = "本地"
edition = "cn-covid-9"

[levers]
rooms = 40
recall_group = 0.5
screens = false
vaccine_factor = [1, 0.9]
interview_h = 6
"""


def plan(text: str) -> Plan:
    return parse_plan(text, "mine.toml", editions())


def faults(text: str) -> list[Problem]:
    with pytest.raises(PlanErrors) as caught:
        plan(text)
    return list(caught.value.problems)


def test_a_plan_states_some_levers_and_leaves_the_others_as_they_are() -> None:
    stated = {
        "rooms": 40,
        "recall_group": 0.5,
        "screens": False,
        "vaccine_factor": (1.0, 0.9),
        "interview_h": 6,
    }
    assert plan(TEXT).levers == replace(Levers(), **stated)
    assert plan(TEXT).changes == stated
    assert plan(TEXT.partition("[levers]")[0]).levers == Levers()


def test_every_lever_has_a_shape_and_its_usual_value_fits() -> None:
    assert set(LEVERS) == {each.name for each in fields(Levers)}
    for name, shape in LEVERS.items():
        usual = getattr(Levers(), name)
        for value in usual if isinstance(usual, tuple) else (usual,):
            assert value is None or shape.low <= value <= shape.high, name
        assert shape.en
        assert shape.zh
        assert math.isfinite(shape.high)


def test_four_plans_are_shipped_each_under_a_shipped_edition() -> None:
    shipped = [load_plan(name) for name in plans()]
    assert len(shipped) >= 4
    assert [one.id for one in shipped] == plans()
    assert len({(one.edition, one.levers) for one in shipped}) == len(shipped)


@pytest.mark.parametrize(
    ("old", "new", "field", "what", "mend"),
    [
        ("rooms = 40", "rooom = 40", "rooom", "protocol.unknown_field", "rooms"),
        ("rooms = 40", "rooms = 40.5", "rooms", "protocol.wrong_type", "a whole number"),
        ("rooms = 40", "rooms = -1", "rooms", "protocol.negative", "0"),
        ("recall_group = 0.5", "recall_group = 1.5", "recall_group", "protocol.out_of_bounds", "1"),
        ("recall_group = 0.5", 'recall_group = "most"', "recall_group", "protocol.wrong_type", "a number"),
        ("recall_group = 0.5", "group_share = 0.9", "group_share", "choose.over_one", "household_share"),
        ("screens = false", "screens = 0", "screens", "protocol.wrong_type", "true or false"),
        ("[1, 0.9]", "1", "vaccine_factor", "protocol.not_a_list", ""),
        ("[1, 0.9]", "[]", "vaccine_factor", "choose.no_doses", "0 doses"),
        ('"cn-covid-9"', '"cn-covid-99"', "edition", "choose.unknown_edition", "cn-covid-9"),
        ('name_zh = "本地"\n', "", "name_zh", "protocol.missing", "name_zh"),
        ("edition =", "editions =", "editions", "choose.unknown_name", "edition"),
        ("rooms = 40", "rooms = ", None, "protocol.not_toml", ""),
    ],
)
def test_a_fault_is_told_with_its_line_and_how_to_mend_it(
    old: str, new: str, field: str | None, what: str, mend: str
) -> None:
    found = {problem.what.id: problem for problem in faults(TEXT.replace(old, new, 1))}
    problem = found[what]
    assert (problem.file, problem.field) == ("mine.toml", field)
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    assert problem.line == (1 if what == "protocol.missing" else line)
    assert mend in render(problem.mend.id, problem.mend.params, "en")
    assert render(problem.what.id, problem.what.params, "zh")


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = TEXT.replace("rooms = 40", "rooms = -1").replace("screens = false", "screens = 3")
    assert [problem.field for problem in faults(text)] == ["rooms", "screens"]
