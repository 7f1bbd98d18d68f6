"""Contact search, as a reader would say it: who met a case, how surely, how long, and who met these."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from lastcase.core.contacts.dose import ALIKE, Percents, dose_percents
from lastcase.core.contacts.search import (
    WINDOWS,
    find_meetings,
    find_pairs,
    find_ring,
    find_told,
    windows_of_ring,
)
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import ContactRule, SettingRule
from tests.spec.facts import at, facts
from tests.spec.protocols import WORDS, edition


def rule(name: str = "close", order: int = 1, **more: object) -> ContactRule:
    given = {"category": "close_contact", "order": order, **more}
    return ContactRule(id=name, **WORDS, **given)


def visit(person: str, start: str, end: str, place: str = "hall", **more: object) -> dict[str, object]:
    return {"person_id": person, "place_id": place, "start_at": start, "end_at": end, **more}


def town(*visits: dict[str, object], **tables: list[dict[str, object]]) -> Facts:
    places = [{"place_id": "hall", "setting": "leisure"}, {"place_id": "shop", "setting": "market"}]
    return facts(visits=visits, places=places, **tables)


def window(person: str, start: str, end: str | None = None, settings: tuple[str, ...] = ()) -> pl.DataFrame:
    row = (person, 1, at(start), None if end is None else at(end), list(settings))
    return pl.DataFrame([row], schema=WINDOWS, orient="row")


def pair(
    world: Facts,
    windows: pl.DataFrame,
    *rules: ContactRule,
    air_min: float = 0.0,
    percents: Percents = ALIKE,
) -> dict[str, object]:
    """What the search says of case "c" and person "p"; nothing where they did not meet."""
    pairs = find_pairs(find_meetings(world, windows, list(rules), air_min), list(rules), percents)
    found = pairs.filter(person_id="p").to_dicts()
    return found[0] if found else {}


FIFTEEN = rule(min_minutes=15.0)
ALWAYS = window("c", "00:00")


def test_whoever_was_there_for_as_long_as_the_rule_asks_is_definite() -> None:
    world = town(visit("c", "09:00", "10:00"), visit("p", "09:45", "11:00"))
    found = pair(world, ALWAYS, FIFTEEN)
    assert (found["certainty"], found["rule"], found["minutes_least"]) == ("definite", "close", 15.0)
    assert (found["first_at"], found["last_at"]) == (at("09:45"), at("10:00"))


def test_a_meeting_of_several_days_is_one() -> None:
    world = town(visit("c", "07-24 20:00", "07-26 12:00"), visit("p", "07-25 05:00", "07-27 10:00"))
    met = find_meetings(world, window("c", "07-20 00:00"), [FIFTEEN])
    assert met.select("start_at", "end_at", "minutes_least").rows() == [
        (at("07-25 05:00"), at("07-26 12:00"), 31 * 60.0)
    ]


def test_shared_air_lasts_into_the_next_day_of_any_zone() -> None:
    """08:00 in Beijing is midnight in UTC."""
    world = town(visit("c", "07:00", "07:55"), visit("p", "08:05", "09:00"))
    assert find_meetings(world, ALWAYS, [FIFTEEN], 20.0).height == 1
    assert find_meetings(world, ALWAYS, [FIFTEEN], 10.0).is_empty()


def test_a_minute_less_is_too_short_and_is_told_all_the_same() -> None:
    world = town(visit("c", "09:00", "10:00"), visit("p", "09:46", "11:00"))
    assert pair(world, ALWAYS, FIFTEEN)["certainty"] == "short"


def test_times_that_are_not_sure_make_somebody_to_ask() -> None:
    world = town(visit("c", "09:00", "10:00"), visit("p", "09:45", "11:00", precision_min=5.0))
    found = pair(world, ALWAYS, FIFTEEN)
    assert (found["certainty"], found["minutes_least"], found["minutes_most"]) == ("possible", 10.0, 20.0)


def test_a_table_does_not_meet_another_and_a_bare_visit_meets_both() -> None:
    at_tables = town(visit("c", "09:00", "10:00", unit="1"), visit("p", "09:00", "10:00", unit="2"))
    assert pair(at_tables, ALWAYS, FIFTEEN) == {}
    bare = town(visit("c", "09:00", "10:00", unit="1"), visit("p", "09:00", "10:00"))
    assert pair(bare, ALWAYS, FIFTEEN)["certainty"] == "definite"


def test_only_what_lies_inside_the_window_counts() -> None:
    world = town(visit("c", "09:00", "10:00"), visit("p", "09:00", "10:00"))
    assert pair(world, window("c", "09:50"), FIFTEEN)["minutes_least"] == 10.0
    assert pair(world, window("c", "10:00"), FIFTEEN) == {}
    assert pair(world, window("c", "00:00", settings=("market",)), FIFTEEN) == {}


def test_two_records_of_one_meeting_count_once() -> None:
    world = town(visit("c", "09:00", "10:00"), visit("p", "09:00", "09:10"), visit("p", "09:05", "09:14"))
    daily = rule(min_minutes=15.0, cumulating_hours=24.0)
    found = pair(world, ALWAYS, daily)
    assert (found["certainty"], found["minutes_least"], found["n_meetings"]) == ("short", 14.0, 2)


def test_minutes_are_cumulated_over_the_period_and_inside_the_window() -> None:
    daily = rule(min_minutes=15.0, cumulating_hours=24.0)
    world = town(
        visit("c", "07-25 09:00", "07-25 10:00"),
        visit("p", "07-25 09:00", "07-25 09:08"),
        visit("c", "07-26 08:00", "07-26 10:00", place="shop"),
        visit("p", "07-26 08:30", "07-26 08:37", place="shop"),
    )
    assert pair(world, ALWAYS, daily)["certainty"] == "definite"
    assert pair(world, window("c", "07-25 09:04"), daily)["certainty"] == "short"


def test_three_short_meetings_that_make_a_quarter_of_an_hour_reach_it() -> None:
    daily = rule(min_minutes=15.0, cumulating_hours=24.0)
    lengths = (151, 702, 47)
    visits = [
        visit("p", at("09:00") + timedelta(hours=n), at("09:00") + timedelta(hours=n, seconds=length))
        for n, length in enumerate(lengths)
    ]
    assert pair(town(visit("c", "09:00", "12:00"), *visits), ALWAYS, daily)["certainty"] == "definite"


def test_what_is_not_sure_is_asked_about_where_minutes_are_cumulated_too() -> None:
    world = town(visit("c", "09:00", "10:00"), visit("p", "09:46", "11:00", precision_min=2.0))
    for one in (FIFTEEN, rule(min_minutes=15.0, cumulating_hours=24.0)):
        assert pair(world, ALWAYS, one)["certainty"] == "possible"


def test_a_case_set_apart_before_it_was_infectious_exposes_nobody() -> None:
    backwards = window("c", "09:30", "09:15")
    world = town(
        visit("c", "09:00", "10:00"),
        visit("p", "09:00", "10:00"),
        persons=[{"person_id": who, "residence_place_id": "home"} for who in ("c", "h")],
    )
    assert pair(world, backwards, rule()) == {}
    assert find_told(world, backwards, [rule()]).is_empty()


def test_air_stays_shared_after_the_case_has_left() -> None:
    world = town(visit("c", "09:00", "10:00"), visit("p", "11:30", "12:30"))
    assert pair(world, ALWAYS, rule()) == {}
    assert pair(world, ALWAYS, rule(), air_min=120.0)["last_at"] == at("12:00")


def test_the_next_ring_counts_from_the_contacts_own_first_meeting_on() -> None:
    world = town(
        visit("c", "09:00", "10:00"),
        visit("p", "09:30", "12:00"),
        visit("q", "11:00", "12:00"),
        visit("p", "08:00", "09:00", place="shop"),
        visit("r", "08:00", "09:00", place="shop"),
    )
    rules = [FIFTEEN]
    both = edition(FIFTEEN, rule("later", order=2, min_minutes=15.0))
    ring = find_ring(find_pairs(find_meetings(world, ALWAYS, rules), rules), rules)
    windows = windows_of_ring(ring, both)
    assert windows["window_start_at"].to_list() == [at("09:30")]
    second = find_ring(find_pairs(find_meetings(world, windows, rules), rules), rules)
    told = {row["person_id"]: row["via_person_id"] for row in second.to_dicts()}
    assert told == {"c": "p", "q": "p"}
    assert windows_of_ring(ring, edition(FIFTEEN)).is_empty()


def test_whoever_was_only_co_present_is_followed_no_further() -> None:
    beside = rule("beside", category="copresent_person", min_minutes=15.0)
    world = town(visit("c", "09:00", "10:00"), visit("p", "09:30", "12:00"))
    ring = find_ring(find_pairs(find_meetings(world, ALWAYS, [beside]), [beside]), [beside])
    assert ring["certainty"].to_list() == ["definite"]
    assert windows_of_ring(ring, edition(beside, rule("later", order=2))).is_empty()


def test_the_named_and_those_at_home_are_found_without_any_visit() -> None:
    world = town(
        contacts=[
            {
                "contact_id": "k1",
                "case_person_id": "c",
                "person_id": "p",
                "setting": "dining",
                "first_exposure_at": "09:00",
                "last_exposure_at": "09:30",
                "duration_min": 30.0,
            }
        ],
        persons=[{"person_id": who, "residence_place_id": "home"} for who in ("c", "h")],
    )
    at_home = rule("home", settings=("household",))
    told = find_told(world, ALWAYS, [at_home, rule("meal", is_named=True, settings=("dining",), priority=20)])
    by_person = {row["person_id"]: row for row in told.to_dicts()}
    assert (by_person["p"]["source"], by_person["p"]["rule"]) == ("named", "meal")
    assert by_person["p"]["minutes_least"] == 30.0
    assert (by_person["h"]["source"], by_person["h"]["certainty"]) == ("household", "definite")
    assert by_person["h"]["first_at"] == at("00:00")
    assert "c" not in by_person


def weighing(name: str, *settings: str, percent: int) -> SettingRule:
    return SettingRule(id=f"setting.{name}", settings=settings, dose_percent=percent, **WORDS)


def test_the_dose_weighs_minutes_by_where_they_were_spent() -> None:
    percents = dose_percents(
        edition(
            weighing("closed", "leisure", "dining", percent=200), weighing("open", "community", percent=5)
        )
    )
    hall = town(visit("c", "09:00", "10:00"), visit("p", "09:30", "10:00"))
    shop = town(visit("c", "09:00", "10:00", place="shop"), visit("p", "09:30", "10:00", place="shop"))
    assert pair(hall, ALWAYS, FIFTEEN, percents=percents)["dose_min"] == 60.0
    assert pair(shop, ALWAYS, FIFTEEN, percents=percents)["dose_min"] == 30.0
    assert pair(hall, ALWAYS, FIFTEEN)["dose_min"] == 30.0


def test_of_unsure_minutes_the_dose_takes_the_middle() -> None:
    world = town(visit("c", "09:00", "10:00"), visit("p", "09:40", "10:00", precision_min=5.0))
    found = pair(world, ALWAYS, FIFTEEN)
    assert (found["minutes_least"], found["minutes_most"], found["dose_min"]) == (15.0, 25.0, 20.0)


def test_the_dose_of_two_records_of_one_meeting_counts_once() -> None:
    world = town(visit("c", "09:00", "10:00"), visit("p", "09:00", "09:30"), visit("p", "09:00", "09:40"))
    assert pair(world, ALWAYS, FIFTEEN)["dose_min"] == 40.0


def test_the_dose_of_a_ring_is_that_of_all_whom_one_met() -> None:
    world = town(visit("c", "09:00", "10:00"), visit("d", "09:00", "10:00"), visit("p", "09:30", "10:00"))
    windows = pl.concat([ALWAYS, window("d", "00:00")])
    ring = find_ring(find_pairs(find_meetings(world, windows, [FIFTEEN]), [FIFTEEN]), [FIFTEEN])
    assert {row["person_id"]: row["dose_min"] for row in ring.to_dicts()} == {"c": 60.0, "d": 60.0, "p": 60.0}


def test_a_named_contact_has_a_dose_where_minutes_were_told() -> None:
    named = {"case_person_id": "c", "setting": "dining", "first_exposure_at": "09:00"}
    world = town(
        contacts=[
            {"contact_id": "k1", "person_id": "p", "duration_min": 30.0, **named},
            {"contact_id": "k2", "person_id": "q", **named},
        ]
    )
    told = find_told(world, ALWAYS, [rule()], {"dining": 200})
    assert {row["person_id"]: row["dose_min"] for row in told.to_dicts()} == {"p": 60.0, "q": None}
