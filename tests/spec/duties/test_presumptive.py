"""Screening positives: hold where the person is and test again; nothing more before the re-test."""

from __future__ import annotations

from tests.spec.tables import World

POOL = """
    pool_id | pool_size | result   | resulted
    tube-1  | 10        | positive | 2022-07-06 15:00
    tube-2  | 10        | negative | 2022-07-06 15:00
"""


def world(*retests: str) -> World:
    rows = "\n".join(f"            {row}" for row in retests)
    return World(
        "cn-covid-9",
        pools=POOL,
        specimens=f"""
            person | specimen_kind | sampled          | pool_id | result | resulted
            P      | throat        | 2022-07-06 09:00 | tube-1  |        |
            Q      | throat        | 2022-07-06 09:00 | tube-1  |        |
            R      | throat        | 2022-07-06 09:00 | tube-2  |        |
{rows}
        """,
    )


class TestAPositiveTube:
    def test_every_member_is_held_and_tested_again(self) -> None:
        for person in ("P", "Q"):
            kinds = {duty["kind"] for duty in world().duties(person, "2022-07-06 16:00")}
            assert kinds == {"isolate", "test"}

    def test_members_of_a_negative_tube_owe_nothing(self) -> None:
        assert world().duties("R", "2022-07-06 16:00") == []

    def test_a_negative_re_test_ends_the_hold(self) -> None:
        here = world("P | throat | 2022-07-06 18:00 | | negative | 2022-07-06 22:00")
        order = here.orders("P")[0]
        assert (here.local(order["closed_at"]), order["closed_reason"]) == ("2022-07-06 22:00", "released")

    def test_a_negative_from_before_the_tube_resulted_does_not(self) -> None:
        here = world("P | throat | 2022-07-06 08:00 | | negative | 2022-07-06 12:00")
        assert here.orders("P")[0]["closed_at"] is None

    def test_a_positive_tube_is_no_negative_evidence(self) -> None:
        assert world().orders("Q")[0]["closed_at"] is None
