"""What a duty is at an instant, and how the four alls are counted from it."""

from __future__ import annotations

import polars as pl
import pytest

from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import coverage, covered_kinds
from lastcase.core.duties.grouping import coverage_by
from tests.spec.tables import World

CASE = """
    person | status    | onset      | found
    A      | confirmed | 2022-07-01 | 2022-07-02 10:00
"""
CONTACT = """
    case | person | relation   | first            | last             | area_id
    A    | C      | lives_with | 2022-07-01 09:00 | 2022-07-02 10:00 | east
"""


def world(**more: str) -> World:
    return World("cn-covid-9", cases=CASE, contacts=CONTACT, **more)


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        ("2022-07-02 23:59", "not_yet_due"),
        ("2022-07-03 00:00", "due"),
        ("2022-07-03 23:59", "due"),
        ("2022-07-04 00:00", "overdue"),
    ],
)
def test_the_test_of_day_1_through_the_clock(as_of: str, state: str) -> None:
    assert world().test_days("C", as_of)["2022-07-03"] == state


@pytest.mark.parametrize(
    ("outcome", "state"), [("not_found", "attempted"), ("refused", "refused"), ("lost", "lost")]
)
def test_an_attempt_that_failed_is_told_as_such(outcome: str, state: str) -> None:
    tried = world(
        checks=f"""
            person | duty_kind | checked_at       | check_outcome
            C      | test      | 2022-07-03 09:00 | {outcome}
        """
    )
    assert tried.test_days("C", "2022-07-03 10:00")["2022-07-03"] == state


def test_an_exemption_needs_a_post_and_a_reason_and_ends() -> None:
    exempt = world(
        decisions="""
            decision_kind | person | subject | until_at         | signed_at        | signed_by | reason
            exempt        | C      | test    | 2022-07-04 12:00 | 2022-07-02 12:00 | county    | surgery
        """
    )
    days = exempt.test_days("C", "2022-07-05 01:00")
    assert (days["2022-07-03"], days["2022-07-04"]) == ("exempt", "overdue")


def test_sampled_and_awaiting_its_result_is_not_overdue() -> None:
    waiting = world(
        specimens="""
            person | specimen_kind | sampled
            C      | throat        | 2022-07-03 20:00
        """
    )
    duty = waiting.duties("C", "2022-07-04 08:00", "test")[0]
    assert (duty["state"], duty["progress"]) == ("due", "sampled")


def test_one_swab_serves_every_duty_whose_window_it_fits() -> None:
    late = world(
        specimens="""
            person | specimen_kind | sampled          | result   | resulted
            C      | throat        | 2022-07-05 09:00 | negative | 2022-07-05 14:00
        """
    )
    days = late.test_days("C", "2022-07-05 15:00")
    assert [days[f"2022-07-0{n}"] for n in (3, 4, 5, 7)] == ["done", "done", "done", "not_yet_due"]


def test_an_inconclusive_result_owes_a_new_one() -> None:
    unclear = world(
        specimens="""
            person | specimen_kind | sampled          | result       | resulted
            C      | throat        | 2022-07-03 09:00 | inconclusive | 2022-07-03 14:00
        """
    )
    duty = unclear.duties("C", "2022-07-03 15:00", "test")[0]
    assert (duty["state"], duty["progress"]) == ("due", "inconclusive")
    assert unclear.duties("C", "2022-07-04 01:00", "test")[0]["state"] == "overdue"


def test_a_test_that_was_offered_is_still_owed() -> None:
    offered = world(
        specimens="""
            person | specimen_kind | offered_at
            C      | throat        | 2022-07-03 08:00
        """
    )
    duty = offered.duties("C", "2022-07-03 12:00", "test")[0]
    assert (duty["state"], duty["progress"]) == ("due", "offered")


def test_a_release_test_awaiting_its_result_is_not_overdue() -> None:
    waiting = world(
        specimens="""
            person | specimen_kind | sampled
            C      | throat        | 2022-07-09 23:50
        """
    )
    release = [d for d in waiting.duties("C", "2022-07-10 01:00", "test") if d["is_release"]]
    assert [(d["state"], d["progress"]) for d in release] == [("due", "sampled")]


class TestHandOver:
    @staticmethod
    def world(received: str = "") -> World:
        return world(
            areas="""
                area_id | tier   | parent_id
                east    | county |
                west    | county |
            """,
            persons="""
                person | present_area_id
                C      | west
            """,
            moves=f"""
                person | move_kind | from_area_id | to_area_id | requested_at     | received_at
                C      | hand_over | east         | west       | 2022-07-02 12:00 | {received}
            """,
        )

    def test_the_sender_owes_until_the_receiver_signs(self) -> None:
        duty = self.world().duties("C", "2022-07-02 18:00", "hand_over")[0]
        assert (duty["state"] in ("due", "overdue"), duty["area_id"]) == (True, "east")

    def test_then_it_is_done_and_the_receiver_holds_the_rest(self) -> None:
        handed = self.world("2022-07-02 14:00")
        assert handed.states("C", "2022-07-02 18:00", "hand_over") == ["done"]
        assert {duty["area_id"] for duty in handed.duties("C", "2022-07-02 18:00", "test")} == {"west"}

    def test_outside_this_house_the_duty_is_handed_over(self) -> None:
        away = self.world("2022-07-02 14:00")
        moves = away.facts.frames["moves"].with_columns(to_area_id=pl.lit("elsewhere"))
        from lastcase.core.facts.store import Facts

        away.facts = Facts({**away.facts.frames, "moves": moves})
        assert set(away.states("C", "2022-07-02 18:00", "test")) == {"handed_over"}


class TestCoverage:
    @staticmethod
    def rows(here: World, as_of: str) -> dict[str, dict]:
        duties = states_at(here.answers().duties, here.at(as_of))
        return {row["alls"]: row for row in coverage(duties, covered_kinds(here.facts)).to_dicts()}

    def test_without_a_feed_it_is_null_and_never_one(self) -> None:
        assert {row["share"] for row in self.rows(world(), "2022-07-05").values()} == {None}

    def test_what_is_not_yet_due_stands_apart(self) -> None:
        here = world(
            specimens="""
                person | specimen_kind | sampled          | result   | resulted
                C      | throat        | 2022-07-03 09:00 | negative | 2022-07-03 14:00
            """
        )
        test = self.rows(here, "2022-07-05 00:00")["test"]
        assert (test["n_should"], test["n_done"], test["n_missing"], test["n_not_yet_due"]) == (2, 1, 1, 4)
        assert test["share"] == 0.5

    def test_by_area(self) -> None:
        here = world()
        duties = states_at(here.answers().duties, here.at("2022-07-05"))
        by_area = coverage(duties, {"test"}, by=["area_id"]).filter(pl.col("alls") == "test").to_dicts()
        assert [(row["area_id"], row["n_missing"]) for row in by_area] == [("east", 2)]


class TestTransferAndPlace:
    STAY = """
        person | stay_kind          | start_at
        C      | quarantine_central | 2022-07-02 17:00
    """

    def test_due_within_the_editions_hours(self) -> None:
        duty = world().duties("C", "2022-07-02 12:00", "transfer")[0]
        assert world().local(duty["due_at"]) == "2022-07-02 18:00"

    def test_arriving_fulfils_transfer_and_quarantine(self) -> None:
        here = world(stays=self.STAY)
        states = {d["kind"]: d["state"] for d in here.duties("C", "2022-07-02 19:00") if d["ordinal"] == 1}
        assert (states["transfer"], states["quarantine"]) == ("done", "done")

    def test_home_quarantine_does_not_fulfil_central(self) -> None:
        here = world(stays=self.STAY.replace("quarantine_central", "quarantine_home   "))
        assert here.states("C", "2022-07-02 19:00", "quarantine") == ["overdue"]


class TestCoverageInGroups:
    """East and its village, each with one contact; the village's was tested."""

    @staticmethod
    def rows(grouping: str) -> list[tuple[str | None, int, int]]:
        here = World(
            "cn-covid-9",
            areas="""
                area_id | tier     | parent_id
                east    | county   |
                village | township | east
            """,
            cases=CASE,
            contacts="""
                case | person | relation   | first            | last             | area_id
                A    | C      | lives_with | 2022-07-01 09:00 | 2022-07-02 10:00 | east
                A    | D      | lives_with | 2022-07-01 09:00 | 2022-07-02 10:00 | village
            """,
            specimens="""
                person | specimen_kind | sampled          | result   | resulted
                D      | throat        | 2022-07-03 09:00 | negative | 2022-07-03 14:00
            """,
        )
        duties = states_at(here.answers().duties, here.at("2022-07-04 12:00"))
        grouped = coverage_by(duties, {"test"}, here.facts, grouping, "Asia/Shanghai")
        tests = grouped.filter((pl.col("alls") == "test") & (pl.col("n_should") > 0))
        return list(tests.select("group", "n_done", "n_missing").iter_rows())

    def test_by_the_area_that_holds_the_duty(self) -> None:
        assert self.rows("area") == [("east", 0, 1), ("village", 1, 0)]

    def test_by_a_tier_above_it(self) -> None:
        assert self.rows("county") == [("east", 1, 1)]

    def test_by_the_hour_in_which_it_was_due(self) -> None:
        assert self.rows("hour") == [("2022-07-04 00:00", 1, 1)]
