"""The Board: figures that add up, unknown never as zero, and a post's own area."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from lastcase.ops.accounts.actor import command_line
from lastcase.ops.records import actions
from lastcase.ops.records.board import Day, by_week
from lastcase.web.charts.bars import Bar, draw_bars
from tests.integration.web.conftest import SignIn
from tests.integration.web.world import AS_OF, at, rows, with_purpose

URL = f"/o/trial/board/?as_of={AS_OF}"


def text_of(client, url: str = URL) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_today_is_split_by_where_found(filled: None, sign_in: SignIn, as_web: None) -> None:
    text = text_of(sign_in("duty_officer", "C"))
    assert "New today 2" in text
    assert "1 community" in text
    assert "1 under control" in text
    assert "50.0 %" in text


def test_a_county_sees_its_own_figures(filled: None, sign_in: SignIn, as_web: None) -> None:
    text = text_of(sign_in("duty_officer", "B"))
    assert "New today 1" in text
    assert "0 under control" in text
    assert "Alder" not in text


def test_without_a_source_nothing_is_said_to_be_done(filled: None, sign_in: SignIn, as_web: None) -> None:
    row = re.search(r"Tested (.*?) Transferred", text_of(sign_in("duty_officer", "C")))
    assert row is not None
    assert "no source" in row.group(1)
    assert "100" not in row.group(1)


def test_a_day_without_a_published_number_is_not_zero(tree: None, sign_in: SignIn, as_web: None) -> None:
    def publish() -> None:
        clear = {
            "cases": rows("cases", *({"person_id": f"trial:p{x}", "episode": 1} for x in "ab")).select(
                "person_id", "episode"
            )
        }
        actions.retire_facts("trial", clear, by=command_line(), reason="test")
        counts = rows(
            "counts",
            *(
                {
                    "area_id": "C",
                    "indicator": "new_infections_net",
                    "counted_on": at(day, 12).date(),
                    "value": 5.0,
                    "source_text": "bulletin",
                }
                for day in (15, 18)
            ),
        )
        actions.record_facts("trial", {"counts": counts}, by=command_line(), feed="test")

    with_role_reset(publish)
    text = text_of(sign_in("duty_officer", "C"))
    assert "3 days not known" in text
    assert "Published figures" in text
    assert "New today" not in text


def test_known_at_leaves_out_what_was_recorded_later(filled: None, sign_in: SignIn, as_web: None) -> None:
    client = sign_in("duty_officer", "C")
    assert "of 3 cases" in text_of(client)
    earlier = text_of(client, URL + "&known_at=2022-07-19T00:00")
    assert "of 3 cases" not in earlier
    assert "Replayed as it was known at" in earlier


def test_figures_open_down_to_names(filled: None, sign_in: SignIn, as_web: None) -> None:
    page = sign_in("duty_officer", "C").get(URL).content.decode()
    assert "/o/trial/line-list/?tab=cases&amp;on=2022-07-20" in page
    assert "found=managed_detected" in page


LEAD = {"held_past_end", "contacts_pending", "in_quarantine", "in_hospital", "severe", "deaths"}
FIGURE = re.compile(r'<a class="plain[^"]*" href="(/o/trial/line-list/[^"]+)">([\d,]+)</a>')


@pytest.mark.parametrize(("area", "n_at_least"), [("C", 15), ("A", 8), ("B", 8)])
def test_every_figure_opens_down_to_as_many_names(
    filled_lead: None, sign_in: SignIn, as_web: None, area: str, n_at_least: int
) -> None:
    client = with_purpose(sign_in("duty_officer", area))
    figures = [(unescape(url), int(told)) for url, told in FIGURE.findall(client.get(URL).content.decode())]
    found = {url: rows_listed(client, url) for url, _ in figures}
    assert {url: n for url, n in figures if found[url] != n} == {}
    assert len(found) >= n_at_least
    opened = {name for name in LEAD if any(f"lead={name}&" in url for url in found)}
    assert opened == (LEAD - {"severe"} if area == "A" else LEAD)  # of no case in A is a severity on record


def test_the_lead_counts_what_is_on_record(filled_lead: None, sign_in: SignIn, as_web: None) -> None:
    text = text_of(sign_in("duty_officer", "C"))
    told = ("Contacts pending 1", "In quarantine 1", "In hospital 1", "Severe 1", "Deaths 1")
    assert [figure for figure in told if figure not in text] == []


def test_unnamed_exposed_stand_beside_the_contacts(filled_lead: None, sign_in: SignIn, as_web: None) -> None:
    text = text_of(sign_in("duty_officer", "A"))
    assert "30 unnamed" in text
    assert "Bus 12, morning about 30" in text
    assert "unnamed" not in text_of(sign_in("duty_officer", "B"))


def test_a_row_drawn_before_is_worded_and_linked_for_who_reads_it(
    filled_lead: None, sign_in: SignIn, as_web: None
) -> None:
    client = sign_in("duty_officer", "A")
    later = URL.replace("T12", "T13")
    assert later != URL
    for url in (URL, later):
        for language, shown in (("en", "about 30"), ("zh-hans", "约30人")):
            client.cookies["lastcase_language"] = language
            (row,) = re.findall(r"<tr>[^\n]*Bus 12.*</tr>", client.get(url).content.decode())
            assert shown in row
            assert url.partition("as_of=")[2][:13] in row


def rows_listed(client, url: str) -> int:
    page = client.get(url).content.decode()
    (n,) = re.findall(r'<p role="status"><b>([\d,]+)</b>', page)
    return int(n)


def test_a_long_curve_is_drawn_by_weeks(filled: None, sign_in: SignIn, as_web: None) -> None:
    client = sign_in("duty_officer", "C")
    short, long = (
        client.get(f"/o/trial/board/?as_of={on}").content.decode() for on in ("2022-10-15", "2022-10-16")
    )
    assert "New infections by day found" in short
    assert "New infections by week found" in long
    assert "week from 18 Jul 2022: 3<" in long
    assert "week from" not in short


def test_a_week_with_an_unknown_day_is_not_known() -> None:
    days = [Day(date(2022, 7, 18 + i), 1.0, 2.0 if i != 2 else None, 0.0 if i else 0.5) for i in range(9)]
    days[8] = Day(days[8].on, None, None, None)
    first, second = by_week(days)
    assert (first.on, first.community, first.managed, first.unknown) == (date(2022, 7, 18), 7.0, 12.0, 0.5)
    assert (second.on, second.total) == (date(2022, 7, 25), None)


@pytest.mark.parametrize("n_days", [0, 1, 400])
def test_a_chart_draws_unknown_days_apart(n_days: int) -> None:
    bars = [Bar(at(1).date(), (("unknown", None),), is_known=False)] * n_days
    assert [rect.name for rect in draw_bars(bars).rects] == ["not-known"] * n_days


def with_role_reset(change) -> None:
    """Write as the owner, then go on as the web."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        change()
        cursor.execute("SET ROLE lastcase_web")
