"""`lastcase simulate` and `lastcase choose` as users run them: no database, the same figures for the same seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lastcase.cli.app import run
from lastcase.core.choose.costs import UNITS
from lastcase.core.simulate.outcome import COLUMNS
from tests.command import lastcase

FEW = ("--replicates", "6", "--infected", "3", "--days", "30")


def shown(*words: str | Path) -> Any:
    done = lastcase(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(
        'id = "mine"\nname_en = "Mine"\nname_zh = "本地"\nedition = "cn-covid-9"\n[levers]\nunreached = 0.8\n'
    )
    return file


def test_simulate_shows_totals_targets_ledger_and_every_day(mine: Path) -> None:
    told = shown("simulate", "--plan", "edition-9", str(mine), *FEW)
    assert (told["residents"], told["bands"]) == (2000, [0.05, 0.25, 0.5, 0.75, 0.95])
    assert [one["id"] for one in told["plans"]] == ["edition-9", "mine"]
    for one in told["plans"]:
        assert set(one["totals"]) == {"days_to_zero", "infections", "cost", "person_days"}
        assert set(one["daily"]) == set(COLUMNS)
        assert {len(days) for days in one["daily"].values()} == {30}
        assert set(one["ledger"]["units"]) == set(UNITS)
        assert one["ledger"]["total"] == pytest.approx(one["totals"]["cost"]["mean"])
        assert len(one["targets"]) == 4
    assert told["plans"][1]["levers"] == {"unreached": 0.8}


def test_the_same_seed_gives_the_same_answer_on_any_number_of_threads(mine: Path) -> None:
    words = ("choose", "--plan", "edition-9", mine, *FEW)
    one, three = (shown(*words, "--threads", n) for n in ("1", "3"))
    assert one == three
    assert shown(*words, "--seed", "2")["plans"] != one["plans"]


@pytest.mark.parametrize(("seed", "may_change"), [("1", False), ("4", True)])
def test_choose_says_who_leads_why_and_what_would_change_it(seed: str, may_change: bool) -> None:
    words = ("choose", "--plan", "edition-9", "quick-tracing", *FEW, "--seed", seed)
    told = shown(*words)
    assert told["leader"] in told["candidates"]
    assert set(told["candidates"]) <= set(told["front"]) <= {"edition-9", "quick-tracing"}
    assert told["recommended"] in (None, told["leader"])
    assert told["reasons"][0]["id"] == "choose.reason.front"
    assert bool(told["changes"]) == may_change
    for lang, word in (("en", "What would change it"), ("zh", "何种变化会改变结论")):
        done = lastcase(*words, "--lang", lang)
        assert done.returncode == 0, done.stderr
        assert (word in done.stdout) == may_change


def test_other_unit_values_change_the_cost_and_nothing_else(tmp_path: Path) -> None:
    rows = "".join(f"[unit_values.{unit}]\nvalue = 1\nlow = 1\nhigh = 1\nassumed = true\n" for unit in UNITS)
    file = tmp_path / "ones.toml"
    file.write_text(f'id = "ones"\nname_en = "Ones"\nname_zh = "一"\ncurrency = "EUR"\n{rows}')
    (usual,), (ones,) = (
        shown("simulate", "--plan", "edition-9", *FEW, *more)["plans"] for more in ((), ("--costs", file))
    )
    assert ones["ledger"]["currency"] == "EUR"
    assert ones["ledger"]["total"] == pytest.approx(
        sum(u["quantity"] for u in ones["ledger"]["units"].values())
    )
    assert ones["totals"]["infections"] == usual["totals"]["infections"]
    assert ones["daily"] == usual["daily"]


def test_simulate_in_words_says_what_is_assumed_and_how_many_beds_there_are(
    mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine.write_text(mine.read_text() + "beds = 7\n")
    for lang, words in (
        ("en", ("Mine (6 replicates)", "of 7", "assumed")),
        ("zh", ("本地", "共 7 张", "假定")),
    ):
        assert run(["simulate", "--plan", str(mine), *FEW, "--lang", lang]) == 0
        out = capsys.readouterr().out
        assert [word in out for word in words] == [True] * 3


def test_a_disease_of_which_too_little_is_known_is_told(
    mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine.write_text(mine.read_text().replace("cn-covid-9", "who-ebola"))
    assert run(["simulate", "--plan", str(mine), "--targets", "none"]) == 2
    assert "reproduction" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("--plan", "no-such"), 3, "edition-9"),
        (("--plan", "missing.toml"), 3, "missing.toml"),
        (("--plan", "edition-9", "--costs", "no-such"), 3, "cn-2022"),
        (("--plan", "edition-9", "--targets", "123"), 3, "123"),
        (("--plan", "edition-9", "--disease", "no-such"), 3, "no-such"),
        (("--plan", "edition-9", "--disease", "mers"), 2, "mers"),
        (("--plan", "edition-9", "--replicates", "1"), 2, "--replicates"),
        (("--plan", "edition-9", "--city", "huge"), 2, "huge"),
        (("--plan", "edition-9", "edition-9"), 2, "edition-9"),
        (("--plan", "edition-9", *FEW, "--days", "14"), 2, "--days"),
        ((), 2, "--plan"),
    ],
)
def test_what_cannot_be_is_told_with_its_exit_code(
    words: tuple[str, ...], code: int, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("simulate", "choose"):
        assert run([command, *words]) == code
        out, told = capsys.readouterr()
        assert out == ""
        assert named in told


def test_a_chance_beyond_one_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["choose", "--plan", "edition-9", "--chance", "80"]) == 2
    assert "80" in capsys.readouterr().err


def test_a_file_that_does_not_hold_is_refused_with_file_line_and_key(mine: Path) -> None:
    mine.write_text(mine.read_text().replace("unreached = 0.8", "unreached = 8"))
    done = lastcase("choose", "--plan", "edition-9", mine, LASTCASE_LANG="en")
    assert done.returncode == 4
    assert f"{mine}:6 levers.unreached" in done.stderr
    done = lastcase("choose", "--plan", "edition-9", "--costs", mine)
    assert done.returncode == 4
    assert "unit_values" in done.stderr
