"""Maps: ready, written, proposed; and maps that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.mapping import dumps, from_dict, load_map, loads, propose, ready_maps, to_dict

MINIMAL = (
    '[map]\nname = "x"\nkinds = ["people"]\n[[table]]\ninto = "persons"\n[table.fields]\nperson_id = "id"\n'
)


@pytest.mark.parametrize(
    "index", range(len(ready_maps())), ids=lambda i: "/".join([ready_maps()[i].name, *ready_maps()[i].kinds])
)
def test_a_ready_map_survives_being_saved_and_is_described(index: int):
    ready = ready_maps()[index]
    assert loads(dumps(ready)) == ready
    assert from_dict(to_dict(ready)) == ready
    assert ready.about_en
    assert ready.about_zh


def test_ready_maps_are_chosen_by_kind_and_headings():
    tianjin = load_map(
        "covid_clusters_tianjin_singapore_2020",
        "cases",
        ["case_id", "symptom_onset", "confirm_date", "Infection_source", "severity", "death"],
    )
    assert tianjin.date_order == "dmy"
    with pytest.raises(ImportRefused) as refused:
        load_map("covid_clusters_tianjin_singapore_2020", "cases", ["other"])
    assert refused.value.message_id == "imports.refused.map_headings"


def test_the_census_map_is_preferred_where_its_column_stands():
    headings = [
        "code",
        "name_zh",
        "name_en",
        "level",
        "parent_code",
        "population_2020_census",
        "share_male_percent",
    ]
    assert "population" in load_map("beihai_2022", "areas", headings).tables[-1].fields
    assert "population" not in load_map("beihai_2022", "areas", headings[:5]).tables[-1].fields


def test_a_map_from_a_file(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(MINIMAL)
    assert load_map(path, "people", ["id"]).tables[0].fields["person_id"].column == "id"
    with pytest.raises(ImportRefused, match="map_other_kind"):
        load_map(path, "cases", ["id"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[map", "map_toml"),
        (MINIMAL.replace('"people"', '"pets"'), "map_kind"),
        (MINIMAL.replace('"persons"', '"pets"'), "map_table"),
        (MINIMAL.replace("person_id", "pet_id"), "map_unknown"),
        (MINIMAL.replace('"id"', '{column = "id", colour = "red"}'), "map_unknown"),
        (MINIMAL.replace('"id"', '{column = "id", match = "("}'), "map_pattern"),
        (MINIMAL.replace("kinds", 'colour = "red"\nkinds'), "map_unknown"),
        (MINIMAL.replace('"id"', '{template = "{"}'), "map_pattern"),
        (MINIMAL.replace('"id"', '{column = "id", pad_right = "6"}'), "map_value"),
        (MINIMAL.replace('"id"', "5"), "map_unknown"),
        (MINIMAL.replace("kinds", "date_order = 5\nkinds"), "map_unknown"),
        ('[map]\nname = "x"\nkinds = ["people"]\n', "map_unknown"),
    ],
)
def test_wrong_maps_are_refused(text: str, reason: str):
    with pytest.raises(ImportRefused) as refused:
        loads(text, "mine.toml")
    assert refused.value.message_id == f"imports.refused.{reason}"


def test_an_unknown_name_lists_the_ready_maps():
    with pytest.raises(ImportRefused) as refused:
        load_map("nothing", "cases", [])
    assert "mers_korea_2015" in str(refused.value.params["known"])


def fields_of(proposal, table: str) -> dict[str, str]:
    part = next(part for part in proposal.file_map.tables if part.into == table)
    return {name: field.column for name, field in part.fields.items() if field.column}


def test_headings_in_both_languages_are_proposed():
    english = fields_of(
        propose(["Case ID", "Full name", "Gender", "Age (years)", "Status", "Date of onset"], "cases"),
        "cases",
    )
    assert english == {"person_id": "Case ID", "case_status": "Status", "symptom_onset_on": "Date of onset"}
    chinese = propose(["编号", "姓名", "性别", "联系电话", "与病例关系", "末次暴露"], "contacts")
    assert fields_of(chinese, "persons")["phone"] == "联系电话"
    assert fields_of(chinese, "contacts")["last_exposure_at"] == "末次暴露"


@pytest.mark.parametrize(
    "heading", ["编号", "病例编号", "个案编号", "患者编号", "人员编号", "id", "case id", "Patient ID"]
)
def test_the_id_of_a_case_list_is_known_by_its_usual_headings(heading: str):
    found = propose([heading, "姓名", "病例状态"], "cases")
    assert {(g.table, g.field) for g in found.guesses if g.heading == heading} == {("cases", "person_id")}


def test_a_proposal_says_how_sure_it_is_and_what_it_left():
    proposal = propose(["person_id", "gender", "favourite colour"], "people")
    assert {guess.field: guess.confidence for guess in proposal.guesses} == {"person_id": 1.0, "sex": 0.9}
    assert proposal.unused == ("favourite colour",)


def test_what_a_kind_lacks_is_named():
    assert "case_person_id" in propose(["name"], "contacts").missing


def test_a_contact_list_tells_the_case_from_the_contact():
    english = propose(["Case ID", "Contact ID", "Contact name", "Phone", "Date of last contact"], "contacts")
    assert fields_of(english, "contacts") == {
        "case_person_id": "Case ID",
        "contact_id": "Contact ID",
        "last_exposure_at": "Date of last contact",
    }
    assert fields_of(english, "persons") == {"name": "Contact name", "phone": "Phone"}
    chinese = propose(["病例编号", "接触者编号", "接触者姓名", "末次接触时间"], "contacts")
    assert fields_of(chinese, "contacts")["case_person_id"] == "病例编号"
    assert fields_of(chinese, "persons") == {
        "person_id": "接触者编号",
        "list_id": "接触者编号",
        "name": "接触者姓名",
    }
