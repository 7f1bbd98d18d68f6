"""Files into the record: the real lists, twice, in part, not at all."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from lastcase.core.facts import TABLES
from lastcase.ops.accounts.actor import command_line, nobody
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.run import ImportReport, import_file, prepare_file
from lastcase.ops.records.actions import create_outbreak
from lastcase.ops.records.errors import NotPermitted
from lastcase.ops.records.models import FACTS
from tests.unit.imports.test_read import HOSTILE

pytestmark = pytest.mark.django_db
DEMO = Path(str(files("lastcase.ops.imports"))) / "demo"
BY = command_line()
ZONES = {"mers": "Asia/Seoul", "ebola": "Africa/Freetown", "covid-omicron-ba2-2022": "Asia/Shanghai"}


def found(disease: str, name: str = "o") -> str:
    create_outbreak(name, disease=disease, by=BY, time_zone=ZONES[disease])
    return name


def load(outbreak: str, kind: str, file: str, map_name: str | None = None, **more) -> ImportReport:
    return import_file(outbreak, kind, DEMO / file, map_name, by=BY, derive=False, **more)


def counts() -> dict[str, int]:
    return {name: n for name, model in FACTS.items() if (n := model.objects.count())}


def test_mers_comes_in_whole_and_twice_is_once():
    outbreak = found("mers")
    people = load(outbreak, "people", "mers_korea_2015/linelist.csv", "mers_korea_2015")
    pairs = load(outbreak, "contacts", "mers_korea_2015/contacts.csv", "mers_korea_2015")
    assert {name: n["added"] for name, n in people.tables.items()} == {
        "areas": 2,
        "places": 13,
        "persons": 162,
        "cases": 162,
    }
    assert {name: n["added"] for name, n in pairs.tables.items()} == {"contacts": 98}
    assert pairs.by_message == {
        "imports.row.pair_onset_before_exposure_end": 3,
        "imports.row.pair_without_exposure_end": 2,
    }
    before = counts()
    for kind, file in (("people", "linelist.csv"), ("contacts", "contacts.csv")):
        again = load(outbreak, kind, f"mers_korea_2015/{file}", "mers_korea_2015")
        assert (again.total("added"), again.total("changed")) == (0, 0)
    assert counts() == before


def test_a_mers_case_says_what_its_row_says():
    load(found("mers"), "cases", "mers_korea_2015/linelist.csv", "mers_korea_2015")
    third = FACTS["cases"].objects.get(person_id="o:SK_3")
    assert (third.symptom_onset_on, third.death_on) == (date(2015, 5, 20), date(2015, 6, 4))
    assert (third.outcome, third.area_id, third.is_imported) == ("died", "KR", False)
    assert third.reported_at == third.known_from == datetime(2015, 5, 19, 15, tzinfo=UTC)
    assert (
        FACTS["places"].objects.get(place_id=third.hospital_place_id).name.startswith("Pyeongtaek St. Mary")
    )


def test_a_historical_list_offers_the_day_of_its_last_fact():
    outbreak = found("mers")
    report = load(outbreak, "people", "mers_korea_2015/linelist.csv", "mers_korea_2015", dry_run=True)
    assert (report.is_loaded, report.is_dry_run, counts()) == (False, True, {})
    close = datetime(2015, 6, 16, 15, tzinfo=UTC) - timedelta(microseconds=1)
    assert report.suggested_as_of == close
    report = load(outbreak, "people", "mers_korea_2015/linelist.csv", "mers_korea_2015")
    assert report.suggested_as_of == close


def test_unknown_infectors_are_stubs_until_a_list_states_them():
    outbreak = found("ebola")
    pairs = load(outbreak, "contacts", "ebola_sim/contacts.csv.gz", "ebola_sim")
    persons = FACTS["persons"].objects.filter(retired_at=None)
    assert (pairs.tables["contacts"]["added"], persons.filter(is_stub=True).count()) == (
        3800,
        persons.count(),
    )
    listed = load(outbreak, "cases", "ebola_sim/linelist.csv.gz", "ebola_sim")
    assert listed.by_message["imports.row.outcome_before_onset"] == 197
    assert persons.filter(is_stub=None).count() == 5829
    assert persons.filter(is_stub=True).count() == pairs.n_stubs - listed.tables["persons"]["changed"]
    again = load(outbreak, "contacts", "ebola_sim/contacts.csv.gz", "ebola_sim")
    assert (again.total("added"), again.total("changed"), persons.filter(is_stub=None).count()) == (
        0,
        0,
        5829,
    )


def test_beihai_comes_in_in_any_order():
    outbreak = found("covid-omicron-ba2-2022")
    order = [
        ("risk-areas", "beihai_2022/risk_area_intervals.csv"),
        ("counts", "beihai_2022/daily_counts.csv"),
        ("areas", "boundaries/population_2020.csv"),
        ("counts", "beihai_2022/indicators.csv"),
        ("areas", "boundaries/beihai_divisions.csv"),
        ("counts", "beihai_2022/stocks.csv"),
    ]
    for kind, file in order:
        assert load(outbreak, kind, file, "beihai_2022").is_loaded, file
    for kind, file in order:
        again = load(outbreak, kind, file, "beihai_2022")
        assert (again.total("added"), again.total("changed")) == (0, 0), file
    county = FACTS["areas"].objects.get(area_id="450502", retired_at=None)
    assert (county.parent_id, county.population, county.name_zh) == ("450500", 527895, "海城区")
    parents = dict(FACTS["areas"].objects.filter(retired_at=None).values_list("area_id", "parent_id"))
    assert all(parent in parents for parent in parents.values() if parent)


BAD = b"case_id,status,onset\n1,confirmed,2022-07-01\n2,purple,2022-07-02\n"


def test_a_file_with_an_error_is_not_loaded_unless_asked():
    outbreak = found("ebola")
    report = import_file(outbreak, "cases", BAD, by=BY, name="bad.csv", derive=False)
    assert (report.is_loaded, report.n_errors, counts()) == (False, 1, {})
    part = import_file(outbreak, "cases", BAD, by=BY, name="bad.csv", valid_rows=True, derive=False)
    assert (part.is_loaded, part.n_rows_left_out, part.tables["cases"]["added"]) == (True, 1, 1)


def test_a_correction_is_counted_as_changed():
    outbreak = found("ebola")
    for text in ("case_id,status\n1,suspected\n2,suspected\n", "case_id,status\n1,confirmed\n2,suspected\n"):
        report = import_file(outbreak, "cases", text.encode(), by=BY, name="c.csv", derive=False)
    assert report.tables["cases"] == {"added": 0, "changed": 1, "same": 1}


def test_persons_without_identity_are_not_doubled():
    outbreak = found("ebola")
    text = "case,sex,age,relationship,last contact\n1,F,30,spouse,2022-07-01\n1,M,8,family,2022-07-01\n"
    for _ in range(2):
        report = import_file(outbreak, "contacts", text.encode(), by=BY, name="c.csv", derive=False)
    assert (report.total("added"), report.total("changed")) == (0, 0)
    assert FACTS["persons"].objects.count() == 3
    assert FACTS["contacts"].objects.count() == 2


def test_an_empty_cell_of_a_contact_list_does_not_clear_what_is_known_of_the_person():
    outbreak = found("ebola")
    people = "id,name,phone,occupation\n5,Ada,13800000000,nurse\n"
    import_file(outbreak, "people", people.encode(), by=BY, name="p.csv", derive=False)
    named = "case,contact,name,phone,occupation,last contact\n1,5,Ada,,,2022-07-01\n"
    report = import_file(outbreak, "contacts", named.encode(), by=BY, name="c.csv", derive=False)
    assert report.tables["persons"]["changed"] == 0
    person = FACTS["persons"].objects.get(person_id="o:5", retired_at=None)
    assert (person.phone, person.occupation) == ("13800000000", "nurse")


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_leaves_nothing(case: str):
    outbreak = found("ebola")
    data, name, _ = HOSTILE[case]
    with pytest.raises(ImportRefused):
        import_file(outbreak, "people", data, by=BY, name=name)
    assert counts() == {}


def test_a_post_without_the_power_loads_nothing():
    outbreak = found("ebola")
    with pytest.raises(NotPermitted):
        import_file(outbreak, "cases", b"case_id,status\n1,confirmed\n", by=nobody(), name="c.csv")
    assert counts() == {}


def test_a_preview_writes_nothing_and_shows_the_frames():
    ready = prepare_file(found("mers"), "people", DEMO / "mers_korea_2015/linelist.csv", "mers_korea_2015")
    assert ready.converted.frames["cases"].height == 162
    assert set(ready.converted.frames) <= set(TABLES)
    assert counts() == {}


def test_progress_is_told():
    steps: list[str] = []
    import_file(
        found("ebola"),
        "cases",
        b"case_id,status\n1,confirmed\n",
        by=BY,
        name="c.csv",
        derive=False,
        progress=lambda step, done, all_: steps.append(f"{step} {done}/{all_}"),
    )
    assert steps == ["read 0/4", "map 1/4", "convert 2/4", "record 3/4"]


def test_the_same_list_in_another_form_changes_nothing():
    outbreak = found("mers")
    load(outbreak, "people", "mers_korea_2015/linelist.csv", "mers_korea_2015")
    frame = pl.read_csv(DEMO / "mers_korea_2015/linelist.csv", try_parse_dates=True)
    for name, write in (("list.xlsx", frame.write_excel), ("list.parquet", frame.write_parquet)):
        buffer = io.BytesIO()
        write(buffer)
        again = import_file(
            outbreak, "people", buffer.getvalue(), "mers_korea_2015", by=BY, name=name, derive=False
        )
        assert (again.total("added"), again.total("changed"), again.tables["cases"]["same"]) == (0, 0, 162), (
            name
        )
