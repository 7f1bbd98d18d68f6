"""The page of an investigation: what it shows under whose rights, at which time, and what it says where nothing is."""

from __future__ import annotations

import re
from datetime import timedelta

import polars as pl
import pytest

from lastcase.core.facts.field import INSTANT
from lastcase.ops.accounts.actor import command_line
from lastcase.ops.records import actions
from lastcase.ops.records.models import AuditRead
from tests.integration.web.conftest import SignIn
from tests.integration.web.test_board import text_of, with_role_reset
from tests.integration.web.world import AS_OF, at, fill, rows, with_purpose

URL = f"/o/trial/investigation/{{}}?as_of={AS_OF}"


def visit(person: str, place: str, day: int, start: int, end: int, **more: object) -> dict[str, object]:
    return {
        "person_id": f"trial:{person}",
        "place_id": place,
        "start_at": at(day, start),
        "end_at": at(day, end),
        "visit_source": "check_in",
        **more,
    }


def fill_visits() -> None:
    """Beside `fill`: A1 at a hall with A6 and B2, at a market, and at both at once; A2 at the market days before."""
    from lastcase.ops.records.refresh import derive_outbreak

    fill()
    frames = {
        "places": rows(
            "places",
            {"place_id": "hall", "name": "Mah-jong hall", "setting": "leisure", "area_id": "A"},
            {"place_id": "market", "name": "Old market", "setting": "market", "area_id": "B"},
            {"place_id": "stall", "name": "A stall"},
        ),
        "visits": rows(
            "visits",
            visit("A1", "hall", 17, 9, 12, unit="table 6"),
            visit("A6", "hall", 17, 10, 12, unit="table 6"),
            visit("B2", "hall", 17, 9, 12, unit="table 6"),
            visit("A1", "market", 17, 11, 13),
            visit("A1", "stall", 17, 15, 16, precision_min=90.0),
            visit("A1", "hall", 16, 15, 16),
            visit("A1", "market", 14, 9, 10),
            visit("A2", "market", 15, 9, 10),
        ),
    }
    actions.record_facts("trial", frames, by=command_line(), feed="test")
    derive_outbreak("trial")


def test_it_is_linked_from_the_page_of_a_case_and_links_back(
    filled: None, sign_in: SignIn, as_web: None
) -> None:
    client = with_purpose(sign_in("duty_officer", "A"))
    link = 'href="/o/trial/investigation/trial:A1?as_of='
    assert link in client.get(f"/o/trial/person/trial:A1?as_of={AS_OF}").content.decode()
    assert 'href="/o/trial/person/trial:A1?as_of=' in client.get(URL.format("trial:A1")).content.decode()
    assert "/investigation/" not in client.get(f"/o/trial/person/trial:A3?as_of={AS_OF}").content.decode()


def test_who_was_there_is_one_row_a_person_by_verdict_and_dose(
    tree: None, sign_in: SignIn, as_web: None
) -> None:
    with_role_reset(fill_visits)
    page = with_purpose(sign_in("duty_officer", "C")).get(URL.format("trial:A1")).content.decode()
    listed = re.findall(r'<th scope="row"><a href="/o/trial/person/trial:(\w+)', page)
    assert sorted(listed) == ["A3", "A4", "A5", "A6", "B2"]
    assert listed.index("B2") < listed.index("A6")  # three hours before two
    text = text_of(with_purpose(sign_in("duty_officer", "C")), URL.format("trial:A1"))
    assert "Accepted 3 To be judged 2 Co-present only 0 Ruled out 0" in text
    assert re.search(r"=Name B2 .*? 180 360 Mah-jong hall", text)


def test_persons_beyond_the_area_have_no_name(tree: None, sign_in: SignIn, as_web: None) -> None:
    with_role_reset(fill_visits)
    text = text_of(with_purpose(sign_in("duty_officer", "A")), URL.format("trial:A1"))
    assert "=Name A6" in text
    assert "=Name B2" not in text


def test_everybody_shown_is_noted_with_the_purpose(tree: None, sign_in: SignIn, as_web: None) -> None:
    with_role_reset(fill_visits)
    before = AuditRead.objects.count()
    with_purpose(sign_in("duty_officer", "C")).get(URL.format("trial:A1"))
    noted = AuditRead.objects.order_by("id")[before:]
    assert sorted(one.person_id for one in noted) == [
        f"trial:{n}" for n in ("A1", "A3", "A4", "A5", "A6", "B2")
    ]
    assert {one.purpose for one in noted} == {"investigation"}


def test_what_stands_for_others_is_the_same_read_and_derived(tree: None) -> None:
    from lastcase.ops.records import queries
    from lastcase.ops.records.outbreaks import get_outbreak
    from lastcase.ops.records.owed import owed_of, stored_owed

    fill_visits()
    home, answers = get_outbreak("trial"), queries.load_answers("trial")
    persons = [f"trial:{name}" for name in ("A1", "A2", "A3", "A4", "B1", "B2")]
    for hours in (0, 6, 20, 24 * 3, 24 * 12):
        as_of = at(18, 12) + timedelta(hours=hours)
        duties, orders = stored_owed(home.pk, persons, as_of)
        assert duties
        assert (duties, orders) == owed_of(answers, persons, as_of)


def test_no_purpose_no_page(filled: None, sign_in: SignIn, as_web: None) -> None:
    assert sign_in("duty_officer", "A").get(URL.format("trial:A1")).status_code == 302


@pytest.mark.parametrize(
    ("kind", "area", "person", "status"),
    [
        ("duty_officer", "A", "trial:A1", 200),
        ("investigator", "A", "A1", 200),
        ("cell_worker", "A", "trial:A1", 200),
        ("data_clerk", "C", "trial:A1", 200),
        ("duty_officer", "B", "trial:A1", 404),
        ("investigator", "A", "trial:B1", 404),
        ("investigator", "A", "nobody", 404),
        ("administrator", "A", "trial:A1", 403),
    ],
)
def test_a_post_opens_whom_it_is_shown(
    tree: None, sign_in: SignIn, as_web: None, kind: str, area: str, person: str, status: int
) -> None:
    with_role_reset(fill_visits)
    assert with_purpose(sign_in(kind, area)).get(URL.format(person)).status_code == status


def test_what_is_missing_is_asked_in_words(tree: None, sign_in: SignIn, as_web: None) -> None:
    with_role_reset(fill_visits)
    text = text_of(with_purpose(sign_in("duty_officer", "C")), URL.format("trial:A1"))
    assert "No interview is on record." in text
    assert "No onset is on record." in text
    assert "Where was this person on 17 Jul 2022 between 16:00 and 22:00" in text
    assert "17 Jul 2022, 11:00 to 12:00: told to be at Mah-jong hall and at Old market at once." in text
    assert "In which part of Mah-jong hall (floor, carriage, table, ward)" in text
    assert "is told to 90 minutes only" in text
    chinese = text_of(with_purpose(sign_in("duty_officer", "C", "zh-hans")), URL.format("trial:A1"))
    assert "此人2022年7月17日16:00至22:00在何处" in chinese


def test_places_are_listed_by_area_with_the_numbers_of_the_visits(
    tree: None, sign_in: SignIn, as_web: None
) -> None:
    with_role_reset(fill_visits)
    text = text_of(with_purpose(sign_in("duty_officer", "C")), URL.format("trial:A1"))
    assert "No outline of these areas comes with the installation" in text
    assert re.search(r"Alder 2 visits Mah-jong hall 2 3", text)
    assert "Places whose area is not on record 1 visit A stall" in text


def test_places_in_common_are_those_of_the_time_of_infection(
    tree: None, sign_in: SignIn, as_web: None
) -> None:
    with_role_reset(fill_visits)
    client = with_purpose(sign_in("duty_officer", "C"))
    common = text_of(client, URL.format("trial:A1")).partition("Places in common with other cases")[2]
    assert re.search(r"Old market Market Birch 2 [23] 14 Jul 2022", common)
    assert "Among the 3 cases" in common
    assert "Mah-jong hall" not in common


def test_what_was_not_known_yet_is_not_shown(tree: None, sign_in: SignIn, as_web: None) -> None:
    with_role_reset(fill_visits)
    client = with_purpose(sign_in("duty_officer", "C"))
    then = text_of(client, "/o/trial/investigation/trial:A1?as_of=2022-07-17T10:30")
    assert "A stall" not in then
    assert "Mah-jong hall" in then


def test_empty_states_say_why(filled: None, sign_in: SignIn, as_web: None) -> None:
    client = with_purpose(sign_in("duty_officer", "C"))
    contact = text_of(client, URL.format("trial:A3"))
    for said in (
        "No case",
        "No infectious window under the edition in force",
        "nothing to draw yet",
        "Nobody is on record as exposed",
        "Nothing is asked without an infectious window",
        "No visit is on record",
        "this person is no case on record",
    ):
        assert said in contact
    case = text_of(client, URL.format("trial:A1"))
    assert "No visit of this case lies in the time of its probable infection" in case


def test_groups_of_a_lead_do_not_stand_in_the_way(filled_lead: None, sign_in: SignIn, as_web: None) -> None:
    assert with_purpose(sign_in("duty_officer", "C")).get(URL.format("trial:B3")).status_code == 200


def test_visits_of_the_lake_are_told_beside_those_of_the_record(
    tree: None, sign_in: SignIn, as_web: None, tmp_path, settings
) -> None:
    from lastcase.ops.lake.house import ready_lake
    from lastcase.ops.records.outbreaks import get_outbreak

    settings.LASTCASE_HOME = tmp_path
    with_role_reset(fill_visits)
    house = ready_lake(get_outbreak("trial"))
    scanned = at(17, 19)
    append_visit(house, "trial:A1", "hall", scanned, scanned + timedelta(hours=2))
    append_visit(house, "trial:A2", "hall", at(16, 8), at(16, 9))
    text = text_of(with_purpose(sign_in("duty_officer", "C")), URL.format("trial:A1"))
    assert "in the lake only" in text
    assert "between 16:00 and 19:00" in text


def test_places_in_common_are_found_in_the_lake(
    tree: None, sign_in: SignIn, as_web: None, tmp_path, settings
) -> None:
    """Where both were by the lake alone, and where the record knows one and the lake the other; nowhere else."""
    from lastcase.ops.lake.house import ready_lake
    from lastcase.ops.records.outbreaks import get_outbreak

    settings.LASTCASE_HOME = tmp_path
    with_role_reset(fill_visits)
    house = ready_lake(get_outbreak("trial"))
    for person, place, setting, day in (
        ("trial:A1", "cinema", "leisure", 14),
        ("trial:B1", "cinema", "leisure", 15),
        ("trial:B1", "market", "market", 16),
        ("trial:A2", "pool", "leisure", 15),
        ("trial:B1", "pool", "leisure", 15),
    ):
        append_visit(house, person, place, at(day, 9), at(day, 10), setting)
    client = with_purpose(sign_in("duty_officer", "C"))
    common = text_of(client, URL.format("trial:A1")).partition("Places in common with other cases")[2]
    assert re.search(r"Old market Market Birch 3 \d ", common)
    assert re.search(r"cinema Leisure[^.]*? No area on record 2 2 14 Jul 2022", common)
    assert "pool" not in common


def append_visit(house, person: str, place: str, start_at, end_at, setting: str = "leisure") -> None:
    from lastcase.engines.lake.qualities import COLUMNS as QUALITY
    from lastcase.engines.lake.segment import SCHEMA
    from lastcase.engines.lake.spots import NEW

    lake, dictionary = house.lake, house.dictionary()
    numbers = dictionary.number(pl.Series("person_id", [person]))
    quality = lake.quality_classes(
        pl.DataFrame({"visit_source": ["check_in"], "precision_s": [0]}, schema=QUALITY)
    )[0]
    spot = lake.number_spots(pl.DataFrame({"place_id": [place], "unit": [None], "setting": [setting]}, NEW))
    times = pl.DataFrame({"start": [start_at], "end": [end_at]}, {"start": INSTANT, "end": INSTANT})
    rows_ = pl.DataFrame({"person": numbers, "spot": spot}).with_columns(
        start_s=times["start"].dt.epoch("s"),
        end_s=times["end"].dt.epoch("s"),
        quality=pl.lit(quality, pl.UInt8),
    )
    lake.append(rows_.select(list(SCHEMA)).cast(SCHEMA), dictionary.n_persons)  # type: ignore[arg-type]
