"""`lastcase lake` and `lastcase contacts find`: a small town's visits taken in, searched by every name, and deleted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.command import as_json, lastcase, new_home

PEOPLE = "id,name\n1,陈静\n2,李伟\n3,王芳\n4,赵磊\n5,孙丽\n6,周敏\n"
CASES = (
    "case id,status,date of onset,reported at\n"
    "1,confirmed,2022-07-04,2022-07-06\n6,confirmed,2022-07-05,2022-07-06\n"
)
PLACES = "place id,name,setting\nhall,Mah-jong hall,leisure\nshop,Shop,market\n"
VISITS = """person_id,place_id,unit,start_at,end_at,visit_source
1,hall,,2022-07-03 14:00,2022-07-03 16:00,check_in
2,hall,,2022-07-03 15:00,2022-07-03 17:00,check_in
3,hall,first floor,2022-07-03 15:50:30,2022-07-03 15:54:00,check_in
2,shop,,2022-07-05 10:00,2022-07-05 11:00,check_in
4,shop,,2022-07-05 10:15,2022-07-05 12:00,check_in
5,shop,,2022-06-20 10:15,2022-06-20 12:00,check_in
1,shop,,2022-06-30 10:00,2022-06-30 11:00,check_in
6,shop,,2022-06-30 12:00,2022-06-30 13:00,check_in
"""
HERE = ("--outbreak", "here")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home, folder = new_home(), tmp_path_factory.mktemp("files")
    founded = ("outbreak", "new", "here", "--disease", "covid-omicron-ba2-2022", "--edition", "cn-covid-9")
    assert lastcase(*founded, home=home).returncode == 0
    for kind, text in (("people", PEOPLE), ("places", PLACES), ("cases", CASES)):
        path = folder / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        done = lastcase("import", kind, path, *HERE, home=home)
        assert done.returncode == 0, done.stderr + done.stdout
    return home


def write(folder: Path, text: str) -> Path:
    path = folder / "visits.csv"
    path.write_text(text, encoding="utf-8")
    return path


def find(home: Path, *words: str) -> pl.DataFrame:
    found = as_json("contacts", "find", "--case", "here:1", *HERE, *words, home=home)
    return pl.DataFrame(found["contacts"], infer_schema_length=None)


def test_without_a_lake_the_search_says_what_to_do(home: Path) -> None:
    done = lastcase("contacts", "find", "--case", "here:1", *HERE, home=home)
    assert done.returncode == 3
    assert "lastcase lake import" in done.stderr


def test_a_file_with_an_error_is_refused_with_row_and_column(home: Path, tmp_path: Path) -> None:
    wrong = (
        VISITS + "3,hall,,yesterday,2022-07-03 17:00,check_in\n2,hall,,2022-07-03 17:00,2022-07-03 16:00,\n"
    )
    refused = lastcase("lake", "import", write(tmp_path, wrong), "--json", *HERE, home=home)
    assert refused.returncode == 4
    report = pl.read_json(refused.stdout.encode())
    told = pl.DataFrame(report["problems"][0].to_list())
    assert set(told["row"]) == {10, 11}
    assert "start_at" in set(told["column"])
    assert lastcase("lake", "show", *HERE, home=home).returncode == 3


def test_visits_are_taken_searched_rekeyed_and_deleted(home: Path, tmp_path: Path) -> None:
    taken = as_json("lake", "import", write(tmp_path, VISITS), *HERE, home=home)
    assert taken["tables"]["visits"]["added"] == 8

    ring = find(home, "--rings", "2", "--unmask", "tracing contacts")
    met = {row["person_id"]: row for row in ring.iter_rows(named=True)}
    assert met["here:2"]["certainty"] == "definite"
    assert (met["here:2"]["ring"], met["here:2"]["minutes_least"]) == (1, 60.0)
    assert met["here:2"]["place_id"] == "here:hall"
    assert (met["here:3"]["certainty"], met["here:3"]["minutes_most"]) == ("short", 3.5)
    assert "here:5" not in met
    by_sql = find(home, "--rings", "2", "--unmask", "tracing contacts", "--engine", "sql")
    assert by_sql.equals(ring)

    masked = find(home)
    assert "person_id" not in masked.columns
    assert not any("here:" in shown for shown in masked["pseudonym"])
    assert as_json("lake", "rekey", *HERE, home=home) == {"is_rekeyed": True}
    again = find(home)
    assert not set(again["pseudonym"]) & set(masked["pseudonym"])
    assert again.drop("pseudonym", "via_pseudonym").equals(masked.drop("pseudonym", "via_pseudonym"))

    both = ("--case", "here:1", "--case", "here:6", *HERE)
    (hall,) = as_json("contacts", "places", *both, home=home)
    assert (hall["place_id"], hall["name"]) == ("here:hall", "Mah-jong hall")
    assert (hall["start_at"], hall["end_at"]) == ("2022-07-03T06:00:00+00:00", "2022-07-03T08:00:00+00:00")
    (shop,) = as_json("contacts", "shared", *both, home=home)
    assert (shop["place_id"], shop["n_cases"]) == ("here:shop", 2)
    assert as_json("contacts", "shared", "--incubation", "0-1", *both, home=home) == []

    assert as_json("lake", "verify", *HERE, home=home)["is_clean"] is True
    dropped = as_json("lake", "drop", "--before", "2022-07-01", *HERE, home=home)
    assert (dropped["n_rows"], dropped["n_left"]) == (3, 0)
    days = as_json("lake", "show", *HERE, home=home)["days"]
    assert [day["day"] for day in days] == ["2022-07-03", "2022-07-05"]
    assert as_json("lake", "compact", *HERE, home=home) == {"days": 0}


def test_what_the_record_tells_is_searched_as_well(home: Path, tmp_path: Path) -> None:
    told = "person_id,place_id,start_at,end_at,precision_min\n4,hall,2022-07-03 14:00,2022-07-03 14:30,15\n"
    done = lastcase("import", "visits", write(tmp_path, told), *HERE, home=home)
    assert done.returncode == 0, done.stderr
    ring = find(home, "--unmask", "tracing contacts")
    row = ring.filter(pl.col("person_id") == "here:4").row(0, named=True)
    assert (row["minutes_least"], row["minutes_most"]) == (15.0, 45.0)
    assert find(home, "--unmask", "tracing contacts", "--engine", "sql").equals(ring)


def test_the_answer_is_written_to_a_file(home: Path, tmp_path: Path) -> None:
    for ending in ("csv", "parquet", "xlsx"):
        out = tmp_path / f"contacts.{ending}"
        done = lastcase("contacts", "find", "--case", "here:1", "--out", out, *HERE, home=home)
        assert done.returncode == 0, done.stderr
        assert out.stat().st_size > 0
    table = pl.read_csv(tmp_path / "contacts.csv")
    assert table.height == pl.read_parquet(tmp_path / "contacts.parquet").height > 0
    wrong = lastcase("contacts", "find", "--case", "here:1", "--out", tmp_path / "x.doc", *HERE, home=home)
    assert wrong.returncode == 2


def test_cases_may_stand_in_a_file(home: Path, tmp_path: Path) -> None:
    listed = tmp_path / "cases.csv"
    listed.write_text("person_id\nhere:1\n")
    found = as_json("contacts", "find", "--cases", listed, *HERE, home=home)
    assert pl.DataFrame(found["contacts"]).height == find(home).height
    assert lastcase("contacts", "find", *HERE, home=home).returncode == 2
    assert lastcase("contacts", "find", "--case", "here:2", *HERE, home=home).returncode == 3


def test_a_visit_in_the_lake_and_on_record_is_told_once(home: Path) -> None:
    """That of here:2, who was in the hall with the case, is on record since the import."""
    ring = find(home, "--unmask", "tracing contacts")
    row = ring.filter(person_id="here:2", source="visit").row(0, named=True)
    assert (row["minutes_least"], row["n_meetings"]) == (60.0, 1)


def test_a_list_of_a_workplace_is_taken_as_visits(home: Path, tmp_path: Path) -> None:
    listed = "person_id,place_id,weekdays,from time,to time,first date,last date\n"
    wrong = write(tmp_path, listed + "5,hall,never,14:00,18:00,2022-07-03,2022-07-03\n")
    assert lastcase("lake", "import", wrong, "--roster", *HERE, home=home).returncode == 4
    right = write(tmp_path, listed + "5,hall,Sun,14:00,18:00,2022-07-03,2022-07-03\n")
    taken = as_json("lake", "import", right, "--roster", *HERE, home=home)
    assert taken["tables"]["visits"]["added"] == 1
    ring = find(home, "--unmask", "tracing contacts")
    row = ring.filter(pl.col("person_id") == "here:5").row(0, named=True)
    # Half an hour on either side is not sure.
    assert (row["minutes_least"], row["minutes_most"]) == (90.0, 150.0)


def test_a_person_tells_visits_once_by_a_code(home: Path, tmp_path: Path) -> None:
    issued = as_json("lake", "diary-code", "--person", "4", *HERE, home=home)
    diary = write(tmp_path, "place_id,start_at,end_at\nhall,2022-07-03 14:30,2022-07-03 15:30\n")
    taken = as_json("lake", "diary", diary, "--code", issued["code"], home=home)
    assert taken["tables"]["visits"]["added"] == 1
    again = lastcase("lake", "diary", diary, "--code", issued["code"], home=home)
    assert again.returncode == 8
    assert "works once" in again.stderr
    assert lastcase("lake", "diary", diary, "--code", "0000-0000", home=home).returncode == 8
    ring = find(home, "--unmask", "tracing contacts")
    assert "here:4" in set(ring.filter(source="visit", place_id="here:hall")["person_id"])


def test_a_crowd_is_ranked_and_the_cap_of_the_setting_hides_nobody(home: Path, tmp_path: Path) -> None:
    stays = ["1,hall,,2022-07-04 20:00,2022-07-04 22:00,ticket"]
    stays += [f"guest {n},hall,,2022-07-04 20:00,2022-07-04 21:{n % 60:02},ticket" for n in range(103)]
    headings = VISITS.partition("\n")[0]
    as_json("lake", "import", write(tmp_path, "\n".join([headings, *stays])), *HERE, home=home)
    ring = find(home)
    left = ring.filter(pl.col("left_out").is_not_null())
    (count,) = as_json("contacts", "find", "--case", "here:1", *HERE, home=home)["left_out"]
    assert (count["ring"], count["setting"], count["n_left_out"]) == (1, "leisure", left.height)
    assert left.select("setting", "left_out", "certainty").unique().rows() == [("leisure", "cap", "definite")]
    candidates = ring.filter(source="visit", category="close_contact", setting="leisure")
    assert candidates.height == left.height + 100  # the cap of cn-covid-9
    kept = candidates.filter(pl.col("left_out").is_null(), certainty="definite")
    assert left["dose_min"].max() <= kept["dose_min"].min()
    assert find(home, "--engine", "sql").equals(ring)
    places = as_json("contacts", "find", "--case", "here:1", "--places", *HERE, home=home)["places"]
    sure = ring.filter(source="visit", certainty="definite", setting="leisure", ring=1)
    (hall,) = (place for place in places if place["place_id"] == "here:hall" and place["unit"] is None)
    assert (hall["name"], hall["n_cases"], hall["n_definite"]) == ("Mah-jong hall", 1, sure.height)
    assert hall["most_dose_min"] == ring["dose_min"].max()
    told = lastcase("contacts", "find", "--case", "here:1", "--places", *HERE, home=home)
    assert "places where the cases met somebody" in " ".join(told.stdout.split())
    assert f"{left.height} candidates left off the short list" in told.stdout
    assert not set(left["pseudonym"]) & set(told.stdout.split())


def test_days_of_an_open_objection_are_kept_and_go_in_time_all_the_same(home: Path, tmp_path: Path) -> None:
    raised = datetime.now(UTC).date() - timedelta(days=2)
    told = "person_id,about,place,visit start,raised,raised by,objection\n"
    listed = write(tmp_path, f"{told}1,check-in,hall,2022-07-03 14:00,{raised},self,Not me\n")
    done = lastcase("import", "objections", listed, *HERE, home=home)
    assert done.returncode == 0, done.stderr
    drop = ("lake", "drop", "--before", "2022-07-04", *HERE)
    held = lastcase(*drop, home=home)
    assert held.returncode == 7
    assert "1 open objections of 1 persons look at visits from 2022-07-03" in " ".join(held.stderr.split())
    assert "2022-07-03" in [day["day"] for day in as_json("lake", "show", *HERE, home=home)["days"]]
    gone = lastcase(*drop, home=home, LASTCASE_LAKE_OBJECTION_DAYS="1")
    assert gone.returncode == 0, gone.stderr
    assert "1 objections that look at these days are still open" in " ".join(gone.stdout.split())
    again = lastcase(*drop, "--json", home=home, LASTCASE_LAKE_OBJECTION_DAYS="1")
    assert json.loads(again.stdout)["n_objections_given_up"] == 1
