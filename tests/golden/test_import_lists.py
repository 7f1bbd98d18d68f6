"""The real lists through their ready maps: counts that their sources state, from the shipped files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from lastcase.ops.imports.convert import Context, Converted, Known, convert
from lastcase.ops.imports.mapping import load_map, ready_maps
from lastcase.ops.imports.read import read_table

DEMO = Path(str(files("lastcase.ops.imports"))) / "demo"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLUSTERS = "covid_clusters_tianjin_singapore_2020"


def load(map_name: str, kind: str, file: str, zone: str = "Asia/Shanghai") -> Converted:
    table = read_table(DEMO / file)
    chosen = load_map(map_name, kind, table.headings)
    return convert(table.frame, chosen, Context(kind, "o", zone, NOW, Known()))


def told(converted: Converted) -> dict[str, int]:
    counts = converted.problems.group_by("message_id").len()
    return {message.removeprefix("imports.row."): n for message, n in counts.iter_rows()}


TABLES_OF = {
    ("mers_korea_2015", "people", "mers_korea_2015/linelist.csv"): {
        "persons": 162,
        "cases": 162,
        "places": 13,
    },
    ("ebola_sim", "cases", "ebola_sim/linelist.csv.gz"): {"persons": 5829, "cases": 5829, "places": 4},
    ("flu_h7n9_china_2013", "cases", "flu_h7n9_china_2013/linelist.csv"): {
        "persons": 136,
        "cases": 136,
        "areas": 14,
    },
    ("ebola_sierraleone_2014", "cases", "ebola_sierraleone_2014/linelist.csv.gz"): {
        "persons": 11903,
        "cases": 11903,
    },
    (CLUSTERS, "cases", f"{CLUSTERS}/tianjin_cases.csv"): {"persons": 135, "cases": 135},
    (CLUSTERS, "cases", f"{CLUSTERS}/singapore_cases.csv"): {"persons": 93, "cases": 93, "places": 9},
    ("beihai_2022", "counts", "beihai_2022/stocks.csv"): {"counts": 21},
    ("beihai_2022", "counts", "beihai_2022/indicators.csv"): {"counts": 4},
    ("beihai_2022", "counts", "beihai_2022/risk_area_counts_guangxi.csv"): {"counts": 46, "areas": 4},
    ("beihai_2022", "risk-areas", "beihai_2022/risk_area_intervals.csv"): {"risk_areas": 1195},
    ("beihai_2022", "areas", "boundaries/beihai_divisions.csv"): {"areas": 474},
    ("beihai_2022", "areas", "boundaries/population_2020.csv"): {"areas": 20},
}


@pytest.mark.parametrize("what", TABLES_OF, ids=lambda what: what[2])
def test_a_list_comes_in_whole_and_without_errors(what: tuple[str, str, str]):
    got = load(*what)
    assert got.problems.filter(pl.col("severity") == "error").height == 0
    heights = {name: frame.height for name, frame in got.frames.items()}
    assert TABLES_OF[what].items() <= heights.items()


def test_mers():
    cases = load("mers_korea_2015", "people", "mers_korea_2015/linelist.csv", "Asia/Seoul").frames["cases"]
    assert cases["symptom_onset_on"].null_count() == 27
    assert (cases.filter(outcome="died").height, cases["death_on"].count()) == (19, 10)
    pairs = load("mers_korea_2015", "contacts", "mers_korea_2015/contacts.csv").frames["contacts"]
    assert dict(pairs["case_person_id"].value_counts(sort=True).head(4).iter_rows()) == {
        "o:SK_14": 38,
        "o:SK_1": 26,
        "o:SK_16": 21,
        "o:SK_15": 4,
    }
    assert pairs["setting"].null_count() == pairs["relation"].null_count() == 0
    assert pairs["is_source_pair"].all()
    assert "last_exposure_at" not in pairs.columns


def test_simulated_ebola():
    listed = load("ebola_sim", "cases", "ebola_sim/linelist.csv.gz", "Africa/Freetown")
    assert told(listed) == {"outcome_before_onset": 197}
    cases = listed.frames["cases"]
    assert dict(cases["outcome"].value_counts().iter_rows()) == {"died": 2564, "recovered": 1963, None: 1302}
    assert (cases["death_on"].count(), cases["recovered_at"].count()) == (2143, 1663)
    assert (cases["exposure_start_on"] == cases["exposure_end_on"]).all()
    known = Known(
        persons=pl.concat(
            [Known().persons, listed.frames["persons"].select("person_id")], how="diagonal_relaxed"
        )
    )
    table = read_table(DEMO / "ebola_sim/contacts.csv.gz")
    pairs = convert(
        table.frame,
        load_map("ebola_sim", "contacts", table.headings),
        Context("contacts", "o", "Africa/Freetown", NOW, known),
    )
    contacts, stubs = pairs.frames["contacts"], pairs.frames["persons"]["person_id"].implode()
    both = ~pl.col("case_person_id").is_in(stubs) & ~pl.col("person_id").is_in(stubs)
    assert (contacts.height, contacts.filter(both).height) == (3800, 2116)
    assert contacts.filter(setting="funeral").height == 572


def test_h7n9_leaves_unknown_outcomes_unknown():
    cases = load("flu_h7n9_china_2013", "cases", "flu_h7n9_china_2013/linelist.csv").frames["cases"]
    outcomes = dict(cases["outcome"].value_counts().iter_rows())
    assert outcomes == {"died": 32, "recovered": 47, None: 57}
    assert (cases["symptom_onset_on"].min(), cases["symptom_onset_on"].max()) == (
        date(2013, 2, 19),
        date(2013, 7, 27),
    )


def test_sierra_leone():
    got = load("ebola_sierraleone_2014", "cases", "ebola_sierraleone_2014/linelist.csv.gz", "Africa/Freetown")
    cases, areas = got.frames["cases"], got.frames["areas"]
    assert dict(cases["case_status"].value_counts().iter_rows()) == {"confirmed": 8358, "suspected": 3545}
    assert (cases["symptom_onset_on"].min(), cases["symptom_onset_on"].max()) == (
        date(2014, 5, 18),
        date(2015, 9, 12),
    )
    assert areas.filter(tier="county").height == 14
    assert set(cases["area_id"]) <= set(areas["area_id"])


def test_tianjin_and_singapore():
    zone = "Asia/Shanghai"
    tianjin = load(CLUSTERS, "cases", f"{CLUSTERS}/tianjin_cases.csv").frames["cases"]
    found_on = pl.col("found_at").dt.convert_time_zone(zone).dt.date()
    delay = tianjin.select((found_on - pl.col("symptom_onset_on")).dt.total_days()).to_series()
    assert (delay.count(), round(delay.mean(), 2)) == (125, 5.23)
    singapore = load(CLUSTERS, "cases", f"{CLUSTERS}/singapore_cases.csv", "Asia/Singapore").frames["cases"]
    delay = singapore.select((found_on - pl.col("symptom_onset_on")).dt.total_days()).to_series()
    assert (delay.count(), round(delay.mean(), 2)) == (83, 7.43)
    links = load(CLUSTERS, "contacts", f"{CLUSTERS}/tianjin_cases.csv").frames["contacts"]
    assert links.filter(pl.col("case_person_id") == pl.col("person_id")).height == 0
    source = read_table(DEMO / f"{CLUSTERS}/tianjin_cases.csv").frame.filter(Infection_source="TJ9; TJ21")
    (person,) = source["case_id"].to_list()
    assert set(links.filter(person_id=f"o:{person}")["case_person_id"]) == {"o:TJ9", "o:TJ21"}


def test_beihai_counts():
    counts = load("beihai_2022", "counts", "beihai_2022/daily_counts.csv").frames["counts"]
    beihai = counts.filter(area_id="450500", indicator="new_infections_net").sort("counted_on")
    assert beihai.row(0, named=True)["value"] == 1.0
    assert date(2022, 7, 31) not in set(beihai["counted_on"])
    found = load("beihai_2022", "counts", "beihai_2022/indicators.csv").frames["counts"]
    assert found["value"].to_list() == [0.0] * 4


def test_what_is_said_of_another_prefecture_is_not_said_of_beihai():
    counts = load("beihai_2022", "counts", "beihai_2022/risk_area_counts_guangxi.csv").frames["counts"]
    assert set(counts["area_id"]) == {"450500", "451400"}
    day = date(2022, 8, 8)
    high = counts.filter(counted_on=day, indicator="listed_high_risk_areas").sort("area_id")
    assert high["value"].to_list() == [0.0, 21.0]
    first = counts.filter(counted_on=date(2022, 7, 15)).sort("indicator")
    assert list(first.select("area_id", "value").iter_rows()) == [("450500", 86.0), ("450500", 70.0)]


def test_every_shipped_table_has_a_ready_map():
    lacking = []
    for path in sorted(DEMO.rglob("*.csv*")):
        headings = set(read_table(path).headings)
        if not any(ready.headings and set(ready.headings) <= headings for ready in ready_maps()):
            lacking.append(path.name)
    assert lacking == []


def test_a_date_of_outcome_without_an_outcome_is_checked_and_not_kept():
    cases = load("ebola_sim", "cases", "ebola_sim/linelist.csv.gz").frames["cases"]
    source = read_table(DEMO / "ebola_sim/linelist.csv.gz").frame
    dated = source.filter((pl.col("date_of_outcome") != "") & pl.col("outcome").fill_null("").eq(""))
    assert dated.height == 1094
    kept = cases.filter(
        pl.col("outcome").is_null()
        & (pl.col("death_on").is_not_null() | pl.col("recovered_at").is_not_null())
    )
    assert kept.height == 0


def test_beihai_risk_areas():
    stays = load("beihai_2022", "risk-areas", "beihai_2022/risk_area_intervals.csv").frames["risk_areas"]
    length = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 86400
    lowered = stays.filter(risk_level="high", next_level="medium").select(length).to_series()
    assert (lowered.len(), round(lowered.median(), 2), (lowered < 7).sum()) == (283, 7.17, 67)
    day15 = datetime(2022, 7, 15, 2, tzinfo=UTC)
    standing = stays.filter((pl.col("start_at") <= day15) & (pl.col("end_at") > day15))
    assert standing.filter(risk_level="high").height == 86
    local = pl.col("start_at").dt.convert_time_zone("Asia/Shanghai").dt.date()
    drawn = stays.filter(local.is_in([date(2022, 7, 20), date(2022, 7, 26)]), lineage="unknown")
    assert drawn.height == 58 + 251 + 4 - 5
    assert stays.filter(lineage="unknown").height > drawn.height
    assert stays.filter(risk_area_id="A0052")["lineage"].to_list().count(None) >= 1


def test_beihai_codes_are_one_tree():
    frames = [
        load("beihai_2022", "areas", f"boundaries/{name}").frames["areas"]
        for name in ("beihai_divisions.csv", "population_2020.csv")
    ]
    areas = frames[0]
    assert areas.filter(pl.col("parent_id").is_null())["area_id"].to_list() == ["CN"]
    assert set(areas["parent_id"].drop_nulls()) <= set(areas["area_id"])
    assert dict(areas["tier"].value_counts().iter_rows()) == {
        "nation": 1,
        "region": 1,
        "city": 1,
        "county": 4,
        "township": 30,
        "committee": 437,
    }
    cities = frames[1].filter(tier="city")
    assert (cities.height, cities["population"].sum()) == (14, 50_126_804)
    shared = areas.join(frames[1], on="area_id")
    assert shared.filter(pl.col("name_en") != pl.col("name_en_right")).height == 0
