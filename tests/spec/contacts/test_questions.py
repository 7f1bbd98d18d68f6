"""What a trajectory leaves open: which questions an investigator is told to ask, and which not."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from lastcase.core.contacts.questions import Presence, Question, find_questions
from tests.spec.facts import at

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = (at("00:00"), at("07-26 00:00"))


def was(place: str | None, start: str, end: str, **more: object) -> Presence:
    minutes = more.pop("precision_min", 0)
    return Presence(at(start), at(end), place, precision=timedelta(minutes=float(minutes)), **more)  # type: ignore[arg-type]


def asked(*told: Presence, window=DAY, **more: object) -> list[tuple[str, str, str]]:
    """Kind, local start and local end of each question."""

    def clock(instant) -> str:
        return f"{instant.astimezone(BEIJING):%H:%M}" if instant else ""

    found = find_questions(told, window, BEIJING, **more)  # type: ignore[arg-type]
    return [(one.kind, clock(one.start_at), clock(one.end_at)) for one in found]


AWAKE = was("home", "06:00", "23:00")


def test_a_day_told_from_7_to_22_asks_nothing() -> None:
    assert asked(was("home", "00:00", "08:00"), was("office", "08:30", "22:00")) == []


def test_nights_are_not_asked_about() -> None:
    assert asked(was("office", "07:00", "22:00")) == []


def test_a_day_of_which_nothing_is_told_is_one_question() -> None:
    assert asked() == [("whereabouts", "07:00", "22:00")]


def test_more_than_two_waking_hours_untold_are_asked_about() -> None:
    told = was("home", "07:00", "13:10"), was("office", "18:00", "22:00")
    assert asked(*told) == [("whereabouts", "13:10", "18:00")]


def test_two_hours_exactly_are_not() -> None:
    assert asked(was("home", "07:00", "13:00"), was("office", "15:00", "22:00")) == []


def test_the_span_after_the_longest_presence_counts_not_after_the_last_to_begin() -> None:
    told = was("home", "07:00", "12:00"), was("home", "08:00", "09:00"), was("office", "13:00", "22:00")
    assert asked(*told) == []


@pytest.mark.parametrize("is_visit", [True, False])
def test_a_stay_tells_as_a_visit_does(is_visit: bool) -> None:
    assert asked(was(None, "00:00", "23:00", is_visit=is_visit)) == []


def test_each_day_of_the_window_is_asked_about_and_no_other() -> None:
    window = (at("07-24 12:00"), at("07-26 09:30"))
    assert asked(was("home", "12:00", "17:00"), window=window) == [
        ("whereabouts", "12:00", "22:00"),
        ("whereabouts", "07:00", "12:00"),
        ("whereabouts", "17:00", "22:00"),
        ("whereabouts", "07:00", "09:30"),
    ]


def test_days_on_end_of_which_nothing_is_told_are_one_question() -> None:
    window = (at("07-22 12:00"), at("07-26 09:30"))
    told = was("home", "07-23 06:00", "07-23 16:00")
    assert asked(told, window=window) == [
        ("whereabouts", "12:00", "22:00"),
        ("whereabouts", "16:00", "22:00"),
        ("days", "07:00", "09:30"),
    ]


def test_two_places_at_once_contradict_each_other() -> None:
    told = AWAKE, was("market", "10:00", "11:00")
    assert asked(*told) == [("contradiction", "10:00", "11:00")]


def test_two_records_of_one_place_do_not() -> None:
    assert asked(AWAKE, was("home", "10:00", "11:00")) == []


def test_nor_do_places_that_overlap_by_no_more_than_their_precision() -> None:
    told = was("home", "06:00", "10:20"), was("market", "10:00", "22:00", precision_min=20)
    assert asked(*told) == []


def test_nor_a_stay_of_which_no_place_is_told() -> None:
    assert asked(AWAKE, was(None, "10:00", "20:00", is_visit=False)) == []


def test_which_part_is_asked_where_parts_are_told_apart_and_none_is_named() -> None:
    told = was("mall", "07:00", "12:00"), was("mall", "12:00", "22:00", unit="first floor")
    assert asked(*told, with_units={"mall"}) == [("unit", "07:00", "12:00")]
    assert asked(*told, with_units=()) == []


def test_times_told_to_the_hour_are_asked_again() -> None:
    assert asked(was("home", "06:00", "23:00", precision_min=60)) == [("precision", "06:00", "23:00")]
    assert asked(was("home", "06:00", "23:00", precision_min=30)) == []


def test_what_no_interview_told_comes_first() -> None:
    found = find_questions([AWAKE], DAY, BEIJING, is_interviewed=False, is_onset_open=True)
    assert found == [Question("interview"), Question("onset")]


def test_visits_outside_the_window_are_not_asked_about() -> None:
    told = was("a", "07-20 10:00", "07-20 12:00"), was("b", "07-20 10:00", "07-20 12:00", precision_min=90)
    assert asked(*told, AWAKE) == []
