"""Infectious windows: from when exposures to a case count, edition by edition.

Each row: who the case is, one exposure, and whether it makes a close contact.
"""

from __future__ import annotations

import pytest

from tests.spec.tables import World


def is_contact(edition: str, case: str, exposure: str) -> bool:
    world = World(
        edition,
        cases=case,
        contacts=f"""
            case | person | setting   | relation   | distance_class | minutes | first      | last
            A    | C      | household | lives_with | within_1_m     | 30      | {exposure} | {exposure}
        """,
    )
    return world.contact("C") is not None


SYMPTOMATIC = """
    person | status    | onset      | found
    A      | confirmed | 2022-07-10 | 2022-07-11 10:00
"""
ISOLATED = """
    person | status    | onset      | found            | admitted_at
    A      | confirmed | 2022-07-10 | 2022-07-11 10:00 | 2022-07-11 18:00
"""
ASYMPTOMATIC = """
    person | status                 | found            | specimen_at
    A      | asymptomatic_infection | 2022-07-11 10:00 | 2022-07-11 02:00
"""
REPEATED = """
    person | status                 | found            | specimen_at      | last_negative_at | has_repeated_tests
    A      | asymptomatic_infection | 2022-07-11 10:00 | 2022-07-11 02:00 | 2022-07-10 09:00 | yes
"""


@pytest.mark.parametrize(
    ("edition", "case", "exposure", "counts"),
    [
        ("cn-covid-9", SYMPTOMATIC, "2022-07-08 00:00", True),
        ("cn-covid-9", SYMPTOMATIC, "2022-07-07 23:59", False),
        ("cn-covid-8", SYMPTOMATIC, "2022-07-06 00:00", True),
        ("cn-covid-8", SYMPTOMATIC, "2022-07-05 23:59", False),
        ("cn-covid-9", ISOLATED, "2022-07-11 17:00", True),
        ("cn-covid-9", ISOLATED, "2022-07-11 19:00", False),
        ("cn-covid-9", ASYMPTOMATIC, "2022-07-09 00:00", True),
        ("cn-covid-9", ASYMPTOMATIC, "2022-07-08 23:59", False),
        ("cn-covid-9", REPEATED, "2022-07-10 09:00", True),
        ("cn-covid-9", REPEATED, "2022-07-10 08:59", False),
        ("who-ebola", SYMPTOMATIC, "2022-07-10 00:00", True),
        ("who-ebola", SYMPTOMATIC, "2022-07-09 23:59", False),
        ("who-mers", SYMPTOMATIC, "2022-07-10 00:00", True),
        ("who-mers", SYMPTOMATIC, "2022-07-09 23:59", False),
        ("us-cdc-covid-2020", SYMPTOMATIC, "2022-07-08 00:00", True),
        ("us-cdc-covid-2020", SYMPTOMATIC, "2022-07-07 23:59", False),
    ],
)
def test_the_window_starts_and_ends_as_the_edition_says(
    edition: str, case: str, exposure: str, counts: bool
) -> None:
    assert is_contact(edition, case, exposure) is counts


def test_a_suspected_case_under_the_ninth_edition_has_contacts() -> None:
    suspected = SYMPTOMATIC.replace("confirmed", "suspected")
    assert is_contact("cn-covid-9", suspected, "2022-07-10 10:00")


def test_a_presumptive_positive_has_none() -> None:
    presumptive = ASYMPTOMATIC.replace("asymptomatic_infection", "presumptive_positive")
    assert not is_contact("cn-covid-9", presumptive, "2022-07-10 10:00")
