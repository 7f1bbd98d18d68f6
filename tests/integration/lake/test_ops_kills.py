"""The lake of an outbreak and its dictionary fit each other, whoever is killed while re-keying or searching."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from lastcase.engines.lake.dictionary import Dictionary
from lastcase.engines.lake.lake import Lake
from lastcase.engines.lake.segment import SCHEMA
from lastcase.engines.lake.words import DAY_S, other_of
from tests.command import lastcase, new_home
from tests.integration.cli.test_lake import CASES, HERE, PEOPLE, PLACES, VISITS
from tests.integration.lake.keepers import Keepers, open_keepers
from tests.integration.lake.small_lake import FIRST_DAY, make_lake

KILLED = -9
N_KILLS, STRIDE = 8, 2
VISITS_OF_A_DAY = "".join(
    line for line in VISITS.splitlines(keepends=True) if "2022-07-03" in line or "unit" in line
)
"""So that a re-keying is of few steps."""


@pytest.fixture(scope="module")
def keepers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keepers]:
    """Keepers of a small town's lake."""
    home, folder = new_home(), tmp_path_factory.mktemp("files")
    founded = ("outbreak", "new", "here", "--disease", "covid-omicron-ba2-2022", "--edition", "cn-covid-9")
    assert lastcase(*founded, home=home).returncode == 0
    for kind, text in (("people", PEOPLE), ("places", PLACES), ("cases", CASES), ("visits", VISITS_OF_A_DAY)):
        path = folder / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        words = ("lake", "import", path) if kind == "visits" else ("import", kind, path)
        done = lastcase(*words, *HERE, home=home)
        assert done.returncode == 0, done.stderr
    with open_keepers(home) as keepers:
        yield keepers


def answers(found: list[list[Any]]) -> list[tuple[str, float]]:
    return [(person, minutes) for person, _, minutes in found]


def pseudonyms(found: list[list[Any]]) -> dict[str, str]:
    return {person: shown for person, shown, _ in found}


def check(keepers: Keepers, before: dict[str, Any]) -> dict[str, Any]:
    """The state after a kill: whole, with the same answers, under the numbers and pseudonyms from before or others."""
    after = keepers("check")
    assert after["code"] == 0
    told = dict(after["said"])
    assert told["is_clean"]
    assert answers(told["found"]) == answers(before["found"])
    shown, was = pseudonyms(told["found"]), pseudonyms(before["found"])
    if told["numbering"] == before["numbering"]:
        assert shown == was
    else:
        assert told["numbering"] == before["numbering"] + 1
        assert not set(shown.values()) & set(was.values())
    return told


@pytest.mark.slow
def test_a_rekeying_killed_at_any_step_leaves_lake_and_dictionary_that_fit(keepers: Keepers) -> None:
    state = dict(keepers("check")["said"])
    assert len(state["found"]) >= 2
    outcomes = []
    for call in count(0, STRIDE):
        before = state
        ended = keepers("rekey", dies_at=call)["code"]
        state = check(keepers, before)
        outcomes.append(state["numbering"] - before["numbering"])
        if ended == 0:
            break
        assert ended == KILLED
    assert call > 15
    assert outcomes == sorted(
        outcomes
    )  # one instant before which nothing was done, and after which all of it was
    assert {outcomes[0], outcomes[-1]} == {0, 1}
    assert state["dictionaries"] == [f"{state['numbering']:06}"]  # and nothing of what was cut off is left


@pytest.mark.slow
@pytest.mark.parametrize("work", ["rekey", "find"])
def test_killed_at_random_it_reads_and_answers(work: str, keepers: Keepers) -> None:
    chance = random.Random(3)
    whole = keepers(work)
    assert whole["code"] == 0
    state = dict(keepers("check")["said"])
    for _ in range(N_KILLS):
        ended = keepers(work, after_s=chance.uniform(0, whole["seconds"]))
        assert ended["code"] in (KILLED, 0)
        before, state = state, check(keepers, state)
        assert work == "rekey" or state == before


def test_a_state_is_read_with_the_dictionary_of_its_numbers_while_others_rekey(tmp_path: Path) -> None:
    """Person n was at spot n alone: whoever has the wrong dictionary, or none, finds another name there."""
    from lastcase.ops.lake.house import OutbreakLake

    names = pl.Series("person_id", [f"person {n}" for n in range(30)])
    dictionary = Dictionary.create(tmp_path / "keys")
    house = OutbreakLake(None, make_lake(tmp_path / "lake"), tmp_path / "keys")  # type: ignore[arg-type]
    rows = pl.DataFrame({"person": dictionary.number(names), "spot": range(30)}).with_columns(
        start_s=pl.lit(FIRST_DAY * DAY_S), end_s=pl.lit(FIRST_DAY * DAY_S + 60), quality=pl.lit(0)
    )
    house.lake.append(rows.cast(SCHEMA), dictionary.n_persons)  # type: ignore[arg-type]
    done, errors, n_read = threading.Event(), list[BaseException](), 0

    def rekey() -> None:
        try:
            for _ in range(40):
                with house.numbering() as dictionary:
                    following, new_number = dictionary.redrawn()
                    house.lake.rekey(new_number)
                    following.forget_others()
        except BaseException as error:  # told in the test's own thread
            errors.append(error)
        finally:
            done.set()

    writer = threading.Thread(target=rekey)
    writer.start()
    while not done.is_set():
        snapshot, dictionary = house.state()
        words = snapshot.segments[0].by_spot.words
        persons = dictionary.persons(pl.Series(np.array([other_of(word) for word in words])))
        assert persons.to_list() == names.to_list()
        dictionary.pseudonyms(persons)
        n_read += 1
    writer.join()
    assert not errors, errors[0]
    assert n_read > 5


def test_two_who_number_at_once_give_every_person_one_number(tmp_path: Path) -> None:
    from lastcase.ops.lake.house import OutbreakLake

    Dictionary.create(tmp_path / "keys")
    house = OutbreakLake(None, Lake.create(tmp_path / "lake"), tmp_path / "keys")  # type: ignore[arg-type]

    def number(who: str) -> None:
        for n in range(20):
            with house.numbering() as dictionary:
                dictionary.number(pl.Series([f"{who} {n}", f"both {n}"]))

    threads = [threading.Thread(target=number, args=(who,)) for who in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert house.dictionary().everybody.n_unique() == house.dictionary().n_persons == 60
