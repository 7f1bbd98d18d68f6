"""Release: when the conditions are met, never by time alone where the edition asks for a test."""

from __future__ import annotations

import pytest

from lastcase.core.derive import derive
from lastcase.core.facts.store import Facts
from tests.spec.tables import World

CASE = """
    person | status    | onset      | found
    A      | confirmed | 2022-07-01 | 2022-07-02 10:00
"""
CONTACT = """
    case | person | relation   | first            | last
    A    | C      | lives_with | 2022-07-01 09:00 | 2022-07-02 10:00
"""


def world(specimens: str = "", decisions: str = "", edition: str = "cn-covid-9") -> World:
    more = {name: text for name, text in (("specimens", specimens), ("decisions", decisions)) if text}
    return World(edition, cases=CASE, contacts=CONTACT, **more)


def swabs(*rows: str) -> str:
    return "\n".join(
        ["person | specimen_kind | sampled | result | resulted", *(f"C | throat | {row}" for row in rows)]
    )


@pytest.mark.parametrize(
    ("rows", "closed", "reason"),
    [
        (["2022-07-09 09:00 | negative | 2022-07-09 15:00"], "2022-07-10 00:00", "released"),
        (["2022-07-09 23:50 | negative | 2022-07-10 02:00"], "2022-07-10 02:00", "released"),
        (["2022-07-10 09:00 | negative | 2022-07-10 15:00"], "2022-07-10 15:00", "released"),
        (["2022-07-08 09:00 | negative | 2022-07-08 15:00"], "2022-07-13 00:00", "lapsed"),
        (["2022-07-09 09:00 | inconclusive | 2022-07-09 15:00"], "2022-07-13 00:00", "lapsed"),
        (
            [
                "2022-07-09 09:00 | inconclusive | 2022-07-09 15:00",
                "2022-07-10 08:00 | negative | 2022-07-10 12:00",
            ],
            "2022-07-10 12:00",
            "released",
        ),
        ([], "2022-07-13 00:00", "lapsed"),
    ],
)
def test_the_ninth_editions_quarantine_of_seven_days(rows: list[str], closed: str, reason: str) -> None:
    here = world(swabs(*rows)) if rows else world()
    order = here.orders("C")[0]
    assert (here.local(order["closed_at"]), order["closed_reason"]) == (closed, reason)


def test_the_eighth_edition_asks_for_two_samples() -> None:
    one = world(swabs("2022-07-16 09:00 | negative | 2022-07-16 15:00"), edition="cn-covid-8")
    two = world(
        swabs(
            "2022-07-16 09:00 | negative | 2022-07-16 15:00", "2022-07-16 10:00 | negative | 2022-07-16 16:00"
        ),
        edition="cn-covid-8",
    )
    assert one.orders("C")[0]["closed_reason"] == "lapsed"
    assert two.orders("C")[0]["closed_reason"] == "released"


def test_a_late_release_test_is_the_agencys_debt() -> None:
    here = world()
    release = [d for d in here.duties("C", "2022-07-11 12:00", "test") if d["is_release"]]
    assert [d["state"] for d in release] == ["overdue"]
    order = here.orders("C")[0]
    assert order["ends_at"] < here.at("2022-07-11 12:00") < order["closed_at"]


def test_a_named_post_may_extend_with_a_reason() -> None:
    here = world(
        decisions="""
            decision_kind  | person | until_at         | signed_at        | signed_by    | reason
            extend_release | C      | 2022-07-15 12:00 | 2022-07-12 09:00 | city command | laboratory down
        """
    )
    assert here.local(here.orders("C")[0]["closed_at"]) == "2022-07-15 12:00"


def test_a_named_post_may_release_at_once() -> None:
    here = world(
        decisions="""
            decision_kind | person | signed_at        | signed_by    | reason
            release_now   | C      | 2022-07-06 09:00 | city command | order was issued in error
        """
    )
    order = here.orders("C")[0]
    assert (here.local(order["closed_at"]), order["closed_reason"]) == ("2022-07-06 09:00", "released")


def test_ebola_follow_up_ends_by_time_alone() -> None:
    here = World("who-ebola", cases=CASE, contacts=CONTACT)
    order = here.orders("C")[0]
    assert (here.local(order["closed_at"]), order["closed_reason"]) == ("2022-07-24 00:00", "released")


class TestDischargeOfACase:
    @staticmethod
    def world(*rows: str) -> World:
        lines = [
            "person | specimen_kind | sampled | result | resulted | ct_value",
            *(f"A | throat | {r}" for r in rows),
        ]
        return World("cn-covid-9", cases=CASE, specimens="\n".join(lines))

    def order(self, *rows: str) -> dict:
        return self.world(*rows).orders("A")[0]

    def test_two_negatives_a_day_apart(self) -> None:
        order = self.order(
            "2022-07-10 08:00 | negative | 2022-07-10 12:00 |",
            "2022-07-11 08:00 | negative | 2022-07-11 12:00 |",
        )
        assert order["closed_reason"] == "released"

    def test_not_two_within_a_day(self) -> None:
        order = self.order(
            "2022-07-10 08:00 | negative | 2022-07-10 12:00 |",
            "2022-07-10 20:00 | negative | 2022-07-10 23:00 |",
        )
        assert order["closed_at"] is None

    def test_a_high_ct_counts_like_a_negative(self) -> None:
        order = self.order(
            "2022-07-10 08:00 | positive | 2022-07-10 12:00 | 36",
            "2022-07-11 08:00 | positive | 2022-07-11 12:00 | 35",
        )
        assert order["closed_reason"] == "released"

    def test_a_lower_one_does_not(self) -> None:
        order = self.order(
            "2022-07-10 08:00 | positive | 2022-07-10 12:00 | 36",
            "2022-07-11 08:00 | positive | 2022-07-11 12:00 | 34",
        )
        assert order["closed_at"] is None


def test_of_two_tests_of_the_same_instants_the_lower_id_counts_first() -> None:
    both = ["2022-07-16 09:00 | negative | 2022-07-16 15:00"] * 2
    here = world(swabs(*both), edition="cn-covid-8")
    ids = sorted(here.facts["specimens"]["specimen_id"])
    turned = Facts({**here.facts.frames, "specimens": here.facts["specimens"].reverse()})
    for facts in (here.facts, turned):
        tests = derive(facts, here.outbreak).duties.filter("is_release").sort("ordinal")
        assert tests["evidence"].to_list() == [f"specimens:{name}" for name in ids]
