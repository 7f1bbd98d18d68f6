"""The small city: people and places that fit together, an outbreak with a truth, a record with gaps."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lastcase.core.brief import brief
from lastcase.core.derive import derive
from lastcase.core.facts import TABLES
from lastcase.engines.city import story, visits
from lastcase.engines.city.build import City, build_city
from lastcase.engines.city.diaries import contact_means
from lastcase.engines.city.geography import census, lay_out
from lastcase.engines.city.hashing import Dice
from lastcase.engines.city.managed import managed_city


@pytest.fixture(scope="module")
def city() -> City:
    return build_city("small")


def test_frames_are_those_of_the_fact_tables(city: City) -> None:
    assert set(city.frames) == set(TABLES) - {
        "assignments",
        "postponements",
        "objections",
    }  # acts of posts: nobody holds one yet
    for name, frame in city.frames.items():
        assert frame.schema == pl.Schema(TABLES[name].schema), name
        assert frame.height > 0, name
        assert frame["known_from"].null_count() == 0, name
        assert frame["known_from"].max() <= story.ENDS_AT, name
        assert not frame.select(TABLES[name].key).is_duplicated().any(), name


def test_codes_and_references_are_those_declared(city: City) -> None:
    ids = {
        name: set(city.frames[name][TABLES[name].key[0]]) for name in ("persons", "places", "areas", "pools")
    }
    for name, frame in city.frames.items():
        for field in TABLES[name].fields:
            stated = set(frame[field.name].drop_nulls())
            if field.kind == "code":
                assert stated <= set(field.values), (name, field.name)
            if field.kind == "reference":
                assert stated <= ids[str(field.reference)], (name, field.name)
            if field.is_required:
                assert frame[field.name].null_count() == 0, (name, field.name)


def test_everything_is_marked_synthetic(city: City) -> None:
    for name, frame in city.frames.items():
        assert frame["source"].unique().to_list() == [story.MARK], name
    persons = city.frames["persons"]
    assert persons["phone"].str.starts_with("0000").all()
    assert persons["list_id"].str.starts_with("SYN").all()
    assert city.name.startswith("beihai-synthetic-")


def test_households_are_as_the_census_says(city: City) -> None:
    population = city.world.population
    assert population.n == 20_000
    assert 3.0 < population.n / population.n_homes < 3.2
    assert 0.19 < (population.age_years < 15).mean() < 0.26
    assert population.age_years.min() >= 0


def test_the_whole_city_has_the_population_of_its_counties() -> None:
    geography = lay_out(Dice(1), None)
    by_county = geography.cells.group_by(pl.col("committee_id").str.head(6)).agg(pl.col("population").sum())
    assert dict(by_county.iter_rows()) == census()
    assert 2_500 < geography.cells.height < 2_700


def test_every_infection_has_an_earlier_infector(city: City) -> None:
    truth = city.infections
    assert truth["person_id"].is_unique().all()
    pairs = truth.join(truth, left_on="source_id", right_on="person_id", suffix="_source")
    assert pairs.height == truth["source_id"].drop_nulls().len()
    assert (pairs["infected_at"] > pairs["infected_at_source"]).all()
    assert truth.filter(pl.col("source_id").is_null())["layer"].unique().to_list() == ["seed"]


def test_cases_on_record_are_the_infections_found(city: City) -> None:
    found = city.infections.filter(pl.col("found_at") < story.ENDS_AT)
    assert set(city.frames["cases"]["person_id"]) <= set(found["person_id"])
    assert city.corrections["cases"].height > 5


def test_some_persons_are_recorded_twice(city: City) -> None:
    twice = city.duplicates
    contacts = city.frames["contacts"]["person_id"].n_unique()
    assert 0.01 < twice.height / contacts < 0.06
    names = dict(city.frames["persons"].select("person_id", "name").iter_rows())
    differs = [names[a] != names[b] for a, b in twice.iter_rows() if a in names]
    assert 0.5 < sum(differs) / len(differs) < 0.9


def test_the_record_shows_every_kind_of_gap(city: City) -> None:
    facts, outbreak = city.facts().known(None), city.outbreak()
    found = brief(facts, outbreak, derive(facts, outbreak), story.ENDS_AT - timedelta(minutes=1))
    detail, lead, areas = found["coverage_detail"], found["lead"], found["risk_areas"]
    assert all(0 < each["n_missing"] < each["n_should"] for each in detail.values())  # type: ignore[attr-defined]
    assert all(areas[level] > 0 for level in ("high", "medium", "low"))  # type: ignore[index]
    assert lead["held_past_end"] > 0  # type: ignore[index]
    assert lead["contacts_pending"] > 0  # type: ignore[index]
    states = {target["status"] for target in found["targets"]}  # type: ignore[attr-defined]
    assert states <= {"met", "missed", "open"}


def test_less_was_known_earlier(city: City) -> None:
    facts = city.facts()
    days = [story.instant_of(story.day_start(day)) for day in (-2, 3, 8, 15)]
    cases = [facts.known(day)["cases"].height for day in days]
    assert cases == sorted(cases)
    assert 0 < cases[0] < cases[-1]
    confirmed = [
        facts.known(day)["cases"].filter(pl.col("case_status") == "confirmed").height for day in days
    ]
    assert confirmed[-1] - confirmed[0] >= city.corrections["cases"].height - 5


def test_visits_are_many_and_never_overlap(city: City) -> None:
    frames = dict(visits.visit_days(city.world))
    assert len(frames) == visits.N_DAYS
    every = pl.concat(frames.values()).sort("person", "start_s")
    mean = every.height / city.world.population.n / visits.N_DAYS
    assert abs(mean - 5.57) < 0.05
    assert all(dtype.is_integer() for dtype in every.dtypes)
    gap = every["start_s"].shift(-1) - every["end_s"]
    same = every["person"].shift(-1) == every["person"]
    assert (gap.filter(same) >= 0).all()
    assert int(every["place"].max()) < city.world.layers.n_places  # type: ignore[arg-type]


def test_visits_are_written_a_file_a_day(city: City, tmp_path: Path) -> None:
    written = visits.write_visits(city.world, tmp_path / "visits")
    assert [path.name for path in written][:2] == ["2022-08-19.parquet", "2022-08-20.parquet"]
    first = pl.read_parquet(written[0])
    assert first.schema == pl.Schema(visits.SCHEMA)
    start = int(first["start_s"].min())  # type: ignore[arg-type]
    assert start >= story.day_start(story.CLOSED_FROM_DAY - visits.N_DAYS) * 60


def test_a_subset_of_persons_has_the_same_visits(city: City) -> None:
    world, some = city.world, np.array([5, 77, 19_000])
    whole = visits.visits_of_day(world.dice, world.population, world.layers, np.arange(20_000), 0)
    part = visits.visits_of_day(world.dice, world.population, world.layers, some, 0)
    assert (
        whole.filter(pl.col("person").is_in(some.tolist()))
        .sort(whole.columns)
        .equals(part.sort(part.columns))
    )


def test_the_diaries_say_that_pupils_meet_most() -> None:
    total = contact_means().group_by("age_from").agg(pl.col("contacts_per_100_days").sum())
    ages = dict(total.iter_rows())
    assert ages[10] == max(ages.values())
    assert ages[70] == min(ages.values())


def test_managed_persons_owe_some_three_duties_each() -> None:
    made = managed_city(31_000)
    facts = made.facts.known(None)
    answers = derive(facts, made.outbreak)
    assert made.n_persons == 31_000
    assert facts["contacts"].height == 30 * facts["cases"].height
    assert 2.0 < answers.duties.height / made.n_persons < 4.0
    assert facts["persons"]["residence_area_id"].n_unique() > 2_000
    for name, frame in made.facts.frames.items():
        assert not frame.select(TABLES[name].key).is_duplicated().any(), name


def test_a_managed_city_is_called_to_test_rounds_where_it_is_asked_for() -> None:
    kinds = {}
    for has_rounds in (False, True):
        made = managed_city(310, has_rounds=has_rounds)
        kinds[has_rounds] = (
            derive(made.facts.known(None), made.outbreak).duties["rule"].str.starts_with("round.")
        )
    assert not kinds[False].any()
    assert kinds[True].any()
