"""Repeated tests: of residents of risk areas and of risk occupations; and what a change of edition does to orders."""

from __future__ import annotations

from datetime import UTC, datetime

from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.editions import load_edition
from tests.spec.tables import World


def days_of(world: World, person: str, as_of: str) -> list[str]:
    return [world.day(duty["due_at"]) for duty in world.duties(person, as_of, "test")]


def test_residents_of_a_high_risk_area_are_tested_on_each_of_the_first_three_days() -> None:
    world = World(
        "cn-covid-9",
        areas="""
            area_id | tier
            cell-1  | cell
        """,
        persons="""
            person | residence_area_id
            R      | cell-1
            S      | cell-2
        """,
        risk_areas="""
            risk_area_id | area_id | list_kind | risk_level | start_at
            east gate    | cell-1  | decided   | high       | 2022-07-10 08:00
        """,
    )
    assert days_of(world, "R", "2022-07-10 09:00")[:3] == ["2022-07-10", "2022-07-11", "2022-07-12"]
    assert days_of(world, "S", "2022-07-10 09:00") == []


def test_two_areas_that_begin_on_one_day_are_told_apart_by_their_instants() -> None:
    areas = [
        "east gate | cell-1 | decided | high | 2022-07-10 08:00",
        "west gate | cell-1 | decided | high | 2022-07-10 16:00",
    ]
    found = [
        World(
            "cn-covid-9",
            areas="area_id | tier\ncell-1 | cell",
            persons="person | residence_area_id\nR | cell-1",
            risk_areas="\n".join(["risk_area_id | area_id | list_kind | risk_level | start_at", *order]),
        )
        .answers()
        .duties
        for order in (areas, areas[::-1])
    ]
    assert found[0].height > 0
    assert found[0].equals(found[1])


class TestAChangeOfEdition:
    """Eighth edition until 5 July, ninth from then on."""

    @staticmethod
    def world() -> World:
        world = World(
            "cn-covid-8",
            cases="""
                person | status    | onset      | found
                A      | confirmed | 2022-06-10 | 2022-06-11 10:00
                B      | confirmed | 2022-07-01 | 2022-07-02 10:00
            """,
            contacts="""
                case | person | relation   | first            | last
                A    | C      | lives_with | 2022-06-10 09:00 | 2022-06-11 10:00
                B    | D      | lives_with | 2022-07-01 09:00 | 2022-07-02 10:00
            """,
        )
        adopted = (
            Adoption(load_edition("cn-covid-8"), datetime(2021, 5, 1, tzinfo=UTC)),
            Adoption(load_edition("cn-covid-9"), world.at("2022-07-05 00:00")),
        )
        world.outbreak = Outbreak("story", "covid", world.zone.key, None, adopted)
        return world

    def test_whoever_is_still_bound_passes_under_the_new_edition(self) -> None:
        order = self.world().orders("D")[0]
        assert (order["edition"], self.world().last_day("D")) == ("cn-covid-9", "2022-07-09")

    def test_whose_order_had_ended_before_stays_under_the_old_one(self) -> None:
        world = self.world()
        world.facts = type(world.facts).of(
            **world.facts.frames,
            specimens=world._frame(
                "specimens",
                """
                person | specimen_kind | sampled          | result   | resulted
                C      | throat        | 2022-06-25 08:00 | negative | 2022-06-25 12:00
                C      | throat        | 2022-06-25 09:00 | negative | 2022-06-25 13:00
                """,
            ),
        )
        assert {order["edition"] for order in world.orders("C")} == {"cn-covid-8"}

    def test_every_duty_says_under_which_edition_it_stands(self) -> None:
        duties = self.world().duties("D", "2022-07-06")
        assert {duty["edition"] for duty in duties} == {"cn-covid-9"}


class TestARiskOccupation:
    """Who handles inbound goods is tested daily; each test says by when the next is due."""

    @staticmethod
    def world() -> World:
        return World(
            "cn-covid-9",
            persons="""
                person | occupation
                W      | inbound_contact
                N      | teacher
            """,
            specimens="""
                person | specimen_kind | sampled          | result   | resulted
                W      | throat        | 2022-06-28 09:00 | negative | 2022-06-28 15:00
                W      | throat        | 2022-06-29 09:00 | negative | 2022-06-29 15:00
            """,
        )

    def test_the_next_test_is_due_a_day_after_the_last(self) -> None:
        states = self.world().test_days("W", "2022-07-01 00:00")
        assert states == {"2022-06-28": "done", "2022-06-29": "done", "2022-06-30": "overdue"}

    def test_others_owe_none(self) -> None:
        assert self.world().duties("N", "2022-07-01 00:00") == []
