"""A lane a day: where bars lie, which days are drawn, and what a label leaves out."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from lastcase.web.charts.lanes import RIGHT, Mark, Span, days_drawn, draw_lanes
from lastcase.web.templatetags.work import runs
from tests.spec.facts import at

BEIJING = ZoneInfo("Asia/Shanghai")
LEFT, WIDTH = 40.0, 40.0 + 24 * 60 + RIGHT
"""One unit of the drawing a minute."""


def span(start: str, end: str, label: str = "Hall", slack_min: float = 0) -> Span:
    return Span(at(start), at(end), "set-leisure", label, {}, timedelta(minutes=slack_min))


def drawn(*spans: Span, marks=(), window=None):
    days = days_drawn(spans, marks, window, BEIJING)
    return draw_lanes(days, spans, marks, window, BEIJING, width=WIDTH, left=LEFT)


def test_a_bar_begins_and_ends_by_the_local_clock() -> None:
    (lane,) = drawn(span("09:00", "10:30")).lanes
    assert (lane.bars[0].x, lane.bars[0].width) == (LEFT + 9 * 60, 90)


def test_a_night_is_a_bar_on_each_day_that_has_a_lane() -> None:
    evening, morning = drawn(span("07-25 22:00", "07-26 06:00"), span("07-26 08:00", "07-26 09:00")).lanes
    assert [bar.width for bar in evening.bars] == [120]
    assert [bar.width for bar in morning.bars] == [360, 60]


def test_what_ends_at_midnight_is_not_drawn_on_the_next_day() -> None:
    lanes = drawn(span("07-25 22:00", "07-26 00:00"), span("07-26 08:00", "07-26 09:00")).lanes
    assert [len(lane.bars) for lane in lanes] == [1, 1]


def test_bars_that_overlap_stand_beneath_each_other() -> None:
    (lane,) = drawn(span("09:00", "11:00"), span("10:00", "12:00"), span("11:00", "12:00")).lanes
    first, second, third = lane.bars
    assert first.y == third.y < second.y
    assert lane.height > drawn(span("09:00", "11:00")).lanes[0].height


def test_ends_are_fuzzy_as_far_as_the_times_may_be_off() -> None:
    (lane,) = drawn(span("00:10", "10:00", slack_min=30)).lanes
    assert (lane.bars[0].x_fuzzy, lane.bars[0].fuzzy_width) == (LEFT, 630)


def test_every_day_of_the_window_has_a_lane_and_days_left_out_are_told() -> None:
    window = (at("07-24 12:00"), at("07-25 06:00"))
    drawing = drawn(
        span("07-28 09:00", "07-28 10:00"), marks=[Mark(at("07-22 08:00"), "sample", "")], window=window
    )
    assert [lane.on for lane in drawing.lanes] == [date(2022, 7, day) for day in (22, 24, 25, 28)]
    assert [lane.is_after_gap for lane in drawing.lanes] == [False, True, False, True]
    assert [lane.shade for lane in drawing.lanes] == [None, (LEFT + 720, 720), (LEFT, 360), None]


def test_a_label_is_cut_to_its_bar() -> None:
    (lane,) = drawn(
        span("09:00", "10:00", "Old market hall"), span("12:00", "12:20"), span("14:00", "20:00")
    ).lanes
    assert [bar.label for bar in lane.bars] == ["Old ma…", "", "Hall"]


def test_numbers_in_a_row_are_told_as_runs() -> None:
    assert runs([1, 2, 3, 7, 9, 10]) == "1–3, 7, 9–10"
    assert runs([1, 3, 5], 2) == "1, 3…"
    assert runs([]) == ""
