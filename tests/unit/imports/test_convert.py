"""From texts to facts: ids, duplicates, references, plausibility."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from lastcase.core.facts import TABLES
from lastcase.ops.imports.convert import Context, Converted, Known, convert
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.mapping import FileMap, loads, propose
from lastcase.ops.imports.read import read_table

NOW = datetime(2022, 8, 1, tzinfo=UTC)


def run(
    text: str, kind: str, file_map: FileMap | None = None, known: Known | None = None, **more
) -> Converted:
    table = read_table(text.encode(), "t.csv")
    chosen = file_map or propose(table.headings, kind).file_map
    return convert(table.frame, chosen, Context(kind, "ns", "Asia/Shanghai", NOW, known or Known(), **more))


def told(converted: Converted) -> dict[str, list[int]]:
    return {
        key[0].removeprefix("imports."): rows["row"].to_list()
        for key, rows in converted.problems.group_by("message_id", maintain_order=True)
    }


def test_a_line_list_makes_persons_and_cases():
    got = run("case_id,name,sex,status,onset\n7,Wang,F,confirmed,2022-07-01\n", "cases")
    facts = got.facts()
    assert facts["persons"].select("person_id", "list_id", "name", "sex").row(0) == (
        "ns:7",
        "7",
        "Wang",
        "female",
    )
    assert facts["cases"].select("person_id", "episode", "case_status", "symptom_onset_on").row(0) == (
        "ns:7",
        1,
        "confirmed",
        date(2022, 7, 1),
    )
    assert set(facts["cases"].columns) <= set(TABLES["cases"].schema)


def test_an_id_that_bears_the_namespace_keeps_it_once():
    assert run("case_id,status\nns:7,confirmed\n", "cases").facts()["cases"]["person_id"].to_list() == [
        "ns:7"
    ]


def test_rows_that_say_the_same_twice_are_one():
    got = run("case_id,status,onset\n1,confirmed,2022-07-01\n1,confirmed,2022-07-01\n", "cases")
    assert not got.has_errors
    assert got.facts()["cases"].height == 1


def test_rows_that_contradict_each_other_are_errors_that_name_both():
    got = run("case_id,status,onset\n1,confirmed,2022-07-01\n2,confirmed,\n1,confirmed,2022-07-02\n", "cases")
    assert told(got)["row.contradicting"] == [2, 4]
    assert '"2, 4"' in got.problems["params"][0]
    assert got.facts(valid_rows=True)["cases"]["person_id"].to_list() == ["ns:2"]


TWO_EPISODES = """
[map]
name = "x"
kinds = ["cases"]
[[table]]
into = "persons"
[table.fields]
person_id = "id"
sex = "sex"
known_from = "reported"
[[table]]
into = "cases"
[table.fields]
person_id = "id"
episode = "episode"
case_status = {value = "confirmed"}
"""


def test_a_person_with_two_episodes_is_one_person_known_since_the_first():
    text = "id,sex,episode,reported\n1,F,2,2022-07-20\n1,,1,2022-07-01\n"
    got = run(text, "cases", loads(TWO_EPISODES))
    assert not got.has_errors
    facts = got.facts()
    assert facts["persons"].select("sex", "known_from").row(0) == (
        "female",
        datetime(2022, 6, 30, 16, tzinfo=UTC),
    )
    assert (facts["persons"].height, facts["cases"].height) == (1, 2)


def test_a_text_too_long_for_its_field_is_told():
    got = run(f"id,name\n1,{'x' * 25_000}\n", "people")
    assert told(got) == {"row.too_long": [2]}


def test_errors_name_row_column_and_value():
    got = run("case_id,status,onset\n1,confirmed,soon\n2,purple,2022-07-01\n,confirmed,2022-07-01\n", "cases")
    problems = got.problems.filter(pl.col("severity") == "error").select(
        "row", "column", "value", "message_id"
    )
    assert (2, "onset", "soon", "imports.row.not_date") in problems.rows()
    assert (3, "status", "purple", "imports.row.unknown_code") in problems.rows()
    assert (4, "case_id", None, "imports.row.missing") in problems.rows()
    assert got.facts(valid_rows=True) == {}


def test_persons_without_identity_keep_their_made_id():
    text = (
        "case,name,sex,age,relationship,last contact\n1,,F,30,spouse,2022-07-01\n1,,M,8,family,2022-07-01\n"
    )
    first, again = (run(text, "contacts").facts() for _ in range(2))
    ids = first["contacts"]["person_id"].to_list()
    assert len(set(ids)) == 2
    assert all(person.startswith("ns:~") for person in ids)
    assert set(ids) <= set(first["persons"]["person_id"])
    assert again["contacts"].equals(first["contacts"])
    assert first["contacts"]["contact_id"].n_unique() == 2


def test_who_is_mentioned_and_not_listed_is_a_stub():
    got = run("from,to\na,b\n", "contacts")
    assert told(got)["row.stub_person"] == [2, 2]
    assert got.facts()["persons"].sort("person_id").select("person_id", "is_stub").rows() == [
        ("ns:a", True),
        ("ns:b", True),
    ]
    listed = pl.DataFrame(
        {"person_id": ["ns:a", "ns:b"], "is_stub": [None, None]}, schema_overrides={"is_stub": pl.Boolean}
    )
    known = Known(persons=pl.concat([Known().persons, listed], how="diagonal_relaxed"))
    assert "persons" not in run("from,to\na,b\n", "contacts", known=known).facts()


def test_areas_are_found_by_name_and_unknown_ones_are_errors():
    areas = pl.DataFrame({"area_id": ["450502"], "name_en": ["Haicheng"], "name_zh": ["海城区"]})
    got = run(
        "case_id,status,area_code\n1,confirmed,海城区\n2,confirmed,450502\n3,confirmed,Atlantis\n",
        "cases",
        known=Known(areas=areas),
    )
    assert told(got)["row.unknown_area"] == [4]
    assert got.facts(valid_rows=True)["cases"]["area_id"].to_list() == ["450502", "450502"]


def test_places_are_made_of_the_names_that_rows_hold():
    facts = run(
        "case_id,status,hospital\n1,confirmed,People's Hospital\n2,confirmed,People's  hospital\n", "cases"
    ).facts()
    assert facts["places"].select("place_id", "name").rows() == [
        ("ns:people-s-hospital", "People's Hospital")
    ]
    assert facts["cases"]["hospital_place_id"].unique().to_list() == ["ns:people-s-hospital"]


def test_implausible_dates_are_warnings_and_are_taken():
    got = run(
        "case_id,status,onset,date of death\n1,confirmed,2022-07-05,2022-07-01\n2,confirmed,2023-01-01,\n",
        "cases",
    )
    assert told(got) == {"row.outcome_before_onset": [2], "row.in_future": [3]}
    assert not got.has_errors
    assert got.facts()["cases"].height == 2


PEOPLE = "id,name,sex,dob,phone,passport number\n"


@pytest.mark.parametrize(
    ("row", "other", "mark"),
    [
        ("2,Wang Fang,F,1990-01-01,,", "1,wang fang,F,1990-01-01,,", "name"),
        ("2,A,F,,+86 138-0000-0000,", "1,B,M,,13800000000,", "telephone"),
        ("2,A,F,,,E1234 5678", "1,B,M,,,e12345678", "document"),
    ],
)
def test_persons_who_may_be_one_are_told_and_both_kept(row: str, other: str, mark: str):
    got = run(PEOPLE + other + "\n" + row + "\n", "people")
    assert told(got) == {f"row.possible_twin_{mark}": [3]}
    assert got.facts()["persons"].height == 2


def test_a_twin_in_the_record_is_told():
    held = pl.DataFrame({"person_id": ["other:9"], "phone": ["138 0000 0000"]})
    known = Known(persons=pl.concat([Known().persons, held], how="diagonal_relaxed"))
    got = run(PEOPLE + "1,A,F,,13800000000,\n", "people", known=known)
    assert told(got) == {"row.possible_twin_telephone": [2]}


def test_the_order_of_days_and_months_is_told_by_the_whole_file():
    text = "case_id,status,onset,date of death\n1,confirmed,03/04/2022,\n2,confirmed,,13/04/2022\n"
    assert run(text, "cases").facts()["cases"]["symptom_onset_on"][0] == date(2022, 4, 3)
    assert told(run(text.replace("13/04", "12/04"), "cases"))["row.date_order"] == [2, 3]


TRICKS = """
[map]
name = "tricks"
kinds = ["counts"]
[[table]]
into = "areas"
[table.fields]
area_id = {column = "district", slug = true, prefix = "X-"}
tier = {value = "county"}
name_en = "district"
[[table]]
into = "counts"
when = [{column = "n", is_empty = false}]
keep_last = "at"
[table.fields]
area_id = {column = "district", slug = true, prefix = "X-"}
indicator = {value = "beds"}
counted_on = "at"
value = {column = "n", times = 10, plus = 1}
note = {first = [{value = "big", when = [{column = "n", equals = ["9"]}]}, {template = "{district}: {n}"}]}
"""


def test_a_maps_tricks():
    loko = "Port Loko,2022-07-01T08:00,5\nPort Loko,2022-07-01T20:00,9\n"
    text = f"district,at,n\n{loko}Bo,2022-07-01T08:00,\nBo,2022-07-02T08:00,1\n"
    facts = run(text, "counts", loads(TRICKS)).facts()
    assert facts["areas"]["area_id"].to_list() == ["X-port-loko", "X-bo"]
    assert facts["counts"].sort("value").select("area_id", "counted_on", "value", "note").rows() == [
        ("X-bo", date(2022, 7, 2), 11.0, "Bo: 1"),
        ("X-port-loko", date(2022, 7, 1), 91.0, "big"),
    ]


def test_columns_that_the_map_reads_and_the_file_lacks():
    with pytest.raises(ImportRefused) as refused:
        run("district\nBo\n", "counts", loads(TRICKS))
    assert refused.value.params["columns"] == "n, at"
