"""Who is a close contact, who a candidate, who neither: setting, relation, minutes, metres, protection."""

from __future__ import annotations

import pytest

from tests.spec.tables import World

CASE = """
    person | status    | onset      | found
    A      | confirmed | 2022-07-10 | 2022-07-11 10:00
"""


def verdict(
    edition: str, setting: str, relation: str, distance: str, protection: str, minutes: str
) -> tuple[str, str]:
    world = World(
        edition,
        cases=CASE,
        contacts=f"""
            case | person | setting | relation | distance_class | protection | minutes | first | last
            A | C | {setting} | {relation} | {distance} | {protection} | {minutes} | 2022-07-10 09:00 | 2022-07-10 09:30
        """,
    )
    return world.verdicts("C")[0]


# edition, setting, relation, distance, protection, minutes -> verdict, reason
TABLE = [
    ("cn-covid-9", "household", "", "", "effective", "", "accepted", "rule"),
    ("cn-covid-9", "dining", "companion", "same_room", "", "", "accepted", "rule"),
    ("cn-covid-9", "dining", "companion", "same_room", "effective", "", "ruled_out", "protected"),
    ("cn-covid-9", "transport", "companion", "within_1_m", "none", "", "accepted", "rule"),
    ("cn-covid-9", "transport", "passer", "within_2_m", "none", "30", "pending", "rule"),
    ("cn-covid-9", "workplace", "colleague", "within_2_m", "none", "", "accepted", "rule"),
    ("cn-covid-9", "market", "server", "", "", "", "pending", "rule"),
    ("cn-covid-9", "health_care", "care", "", "none", "", "accepted", "rule"),
    ("cn-covid-9", "health_care", "care", "", "effective", "", "ruled_out", "protected"),
    ("who-ebola", "health_care", "touched", "", "none", "", "accepted", "rule"),
    ("who-ebola", "community", "handled_items", "", "none", "", "accepted", "rule"),
    ("who-ebola", "health_care", "touched", "", "effective", "", "ruled_out", "protected"),
    ("us-cdc-covid-2020", "workplace", "colleague", "within_2_m", "none", "15", "accepted", "rule"),
    (
        "us-cdc-covid-2020",
        "workplace",
        "colleague",
        "within_2_m",
        "none",
        "14",
        "ruled_out",
        "too_short_or_far",
    ),
    ("us-cdc-covid-2020", "workplace", "colleague", "farther", "none", "60", "ruled_out", "too_short_or_far"),
]


@pytest.mark.parametrize(
    ("edition", "setting", "relation", "distance", "protection", "minutes", "expected", "reason"), TABLE
)
def test_named_exposures(
    edition: str,
    setting: str,
    relation: str,
    distance: str,
    protection: str,
    minutes: str,
    expected: str,
    reason: str,
) -> None:
    assert verdict(edition, setting, relation, distance, protection, minutes) == (expected, reason)


def found_by_visits(minutes: int, **more: str) -> World:
    end = f"2022-07-10 {9 + minutes // 60:02d}:{minutes % 60:02d}"
    return World(
        "cn-covid-9",
        cases=CASE,
        places="""
            place_id | setting
            canteen  | dining
        """,
        visits=f"""
            person | place_id | start_at         | end_at           | unit | precision_min
            A      | canteen  | 2022-07-10 09:00 | 2022-07-10 12:00 |      |
            C      | canteen  | 2022-07-10 09:00 | {end}            |      |
        """,
        **more,
    )


class TestACandidateIsNotAnOrder:
    def test_co_presence_makes_a_candidate_with_a_deadline(self) -> None:
        world = found_by_visits(40)
        row = world.answers().exposures.to_dicts()[0]
        assert (row["verdict"], world.local(row["judge_by_at"])) == ("pending", "2022-07-11 22:00")

    def test_a_candidate_owes_nothing(self) -> None:
        assert found_by_visits(40).duties("C", "2022-07-20") == []

    def test_judged_close_it_owes_from_the_judgement_on(self) -> None:
        world = found_by_visits(
            40,
            judgements="""
                case | person | judgement     | judged_at        | reason
                A    | C      | close_contact | 2022-07-11 16:00 | same table
            """,
        )
        assert {world.local(duty["issued_at"]) for duty in world.duties("C", "2022-07-20")} == {
            "2022-07-11 16:00"
        }

    def test_judged_not_close_it_is_ruled_out_with_the_judgement_as_reason(self) -> None:
        world = found_by_visits(
            40,
            judgements="""
                case | person | judgement | judged_at        | reason
                A    | C      | ruled_out | 2022-07-11 16:00 | behind glass
            """,
        )
        assert world.verdicts("C") == [("ruled_out", "judged")]

    def test_a_short_overlap_is_no_candidate(self) -> None:
        assert found_by_visits(5).verdicts("C") == [("ruled_out", "too_short_or_far")]


def test_living_in_the_same_home_is_automatic() -> None:
    world = World(
        "cn-covid-9",
        persons="""
            person | home
            A      | home-1
            C      | home-1
            D      | home-2
        """,
        cases=CASE,
    )
    assert world.contact("C") is not None
    assert world.contact("D") is None


def test_whoever_was_a_case_before_is_no_contact() -> None:
    world = World(
        "cn-covid-9",
        cases="""
            person | status    | onset      | found
            A      | confirmed | 2022-07-10 | 2022-07-11 10:00
            C      | confirmed | 2022-07-09 | 2022-07-10 10:00
        """,
        contacts="""
            case | person | relation   | first            | last
            A    | C      | lives_with | 2022-07-09 09:00 | 2022-07-11 10:00
        """,
    )
    assert world.verdicts("C") == [("ruled_out", "already_case")]


class TestContactsOfContacts:
    @staticmethod
    def world(edition: str, meeting: str, stays: str = "") -> World:
        more = {"stays": stays} if stays else {}
        return World(
            edition,
            cases=CASE,
            contacts=f"""
                case | person | relation   | setting   | first            | last
                A    | C      | lives_with | household | 2022-07-10 09:00 | 2022-07-10 20:00
                C    | D      | lives_with | household | {meeting}        | {meeting}
            """,
            **more,
        )

    def test_followed_under_the_ninth_edition(self) -> None:
        assert self.world("cn-covid-9", "2022-07-10 21:00").contact("D", "secondary_contact") is not None

    def test_not_before_the_contacts_own_first_exposure(self) -> None:
        assert self.world("cn-covid-9", "2022-07-09 21:00").contact("D", "secondary_contact") is None

    def test_not_after_the_contacts_quarantine(self) -> None:
        world = self.world(
            "cn-covid-9",
            "2022-07-12 10:00",
            stays="""
                person | stay_kind          | start_at
                C      | quarantine_central | 2022-07-11 20:00
            """,
        )
        assert world.contact("D", "secondary_contact") is None

    @pytest.mark.parametrize("edition", ["who-ebola", "who-mers", "us-cdc-covid-2020"])
    def test_not_followed_elsewhere(self, edition: str) -> None:
        assert self.world(edition, "2022-07-10 21:00").contact("D", "secondary_contact") is None
