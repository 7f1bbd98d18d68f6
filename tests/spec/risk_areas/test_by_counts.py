"""Levels by counts of cases, as the eighth edition has them: a county, fourteen days, a line of fifty cases.

High: above fifty cases in all and a cluster of five or more linked ones within fourteen days. Medium: a new case
otherwise. A case a day was found at 09:00 from 1 July 2022 on unless told otherwise.
"""

from __future__ import annotations

import pytest

from lastcase.core.derive import derive
from lastcase.core.protocol.model import RiskLevel
from lastcase.editions import load_edition
from tests.spec.facts import case, facts, person
from tests.spec.protocols import COUNTED, outbreak

TREE = [
    {"area_id": "county", "tier": "county", "parent_id": None},
    {"area_id": "town", "tier": "township", "parent_id": "county"},
    {"area_id": "other", "tier": "county", "parent_id": None},
]
LEVELS = load_edition("cn-covid-8").of_kind(RiskLevel)
Told = list[tuple[str, str, int, int, int]]


def crowd(n_cases: int, day: int = 1, prefix: str = "C") -> list[dict[str, object]]:
    """So many cases of one day."""
    return [
        case(f"{prefix}{n:02}", f"07-{day:02} {9 + n // 60:02}:{n % 60:02}", area_id="town")
        for n in range(n_cases)
    ]


def one(name: str, day: int, month: int = 7, hour: int = 9, **more: object) -> dict[str, object]:
    return case(name, f"{month:02}-{day:02} {hour:02}:00", **{"area_id": "town", **more})


def proposed(*cases: dict[str, object], **tables: list[dict[str, object]]) -> Told:
    """Each proposal: level, its case, cases in all, within the fourteen days, linked ones among them."""
    people = [person(str(row["person_id"]), "town") for row in cases]
    given = facts(**{"areas": TREE, "persons": people, "cases": list(cases), **tables})
    rows = derive(given, outbreak(*COUNTED, *LEVELS)).area_proposals.sort("proposed_at")
    assert set(rows["reason"]) <= {"counts"}
    return rows.select("risk_level", "person_id", "n_cases", "n_recent", "n_linked").rows()


FIRST = ("medium", "C00", 1, 1, 1)


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ([], []),  # low: no case
        (crowd(1), [FIRST]),
        (crowd(50), [FIRST]),  # not above fifty
        (crowd(51), [FIRST, ("high", "C50", 51, 51, 51)]),
        (crowd(60), [FIRST, ("high", "C50", 51, 51, 51)]),  # proposed once
        ([*crowd(1), one("D", 15)], [FIRST]),  # fourteen days later: the level still stands
        ([*crowd(1), one("D", 15, hour=10)], [FIRST, ("medium", "D", 2, 1, 1)]),  # low meanwhile, and new
        (
            [*crowd(50), *(one(f"D{day}", day) for day in (20, 23, 26, 29))],
            [FIRST, ("medium", "D20", 51, 1, 1)],  # above fifty, no cluster
        ),
        (
            [*crowd(50), *(one(f"D{day}", day) for day in (20, 23, 26, 29, 30))],
            [FIRST, ("medium", "D20", 51, 1, 1), ("high", "D30", 55, 5, 5)],
        ),
        (
            [*crowd(50), *(one(f"D{day}", day) for day in (16, 20, 24, 28)), one("E", 1, 8)],
            [FIRST, ("medium", "D16", 51, 1, 1)],  # five cases, but sixteen days apart
        ),
    ],
)
def test_counts_propose(cases: list[dict[str, object]], expected: Told) -> None:
    assert proposed(*cases) == expected


def link(one: str, other: str) -> dict[str, object]:
    return {"contact_id": f"{one}-{other}", "case_person_id": one, "person_id": other, "setting": "workplace"}


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([], [("high", "D30", 55, 5, 5)]),  # nothing known: all count together
        ([link("D20", "D23"), link("D26", "D29")], []),  # two pairs and one case alone
        (
            [link("D20", "D23"), link("D23", "D26"), link("D26", "D29"), link("D30", "D29")],
            [("high", "D30", 55, 5, 5)],  # one chain
        ),
    ],
)
def test_links_on_record_tell_clusters_apart(links: list[dict[str, object]], expected: Told) -> None:
    tail = [one(f"D{day}", day) for day in (20, 23, 26, 29, 30)]
    told = proposed(*crowd(50), *tail, contacts=links)
    assert [row for row in told if row[0] == "high"] == expected


def test_cases_elsewhere_and_uncounted_ones_do_not_count() -> None:
    elsewhere = one("E", 2, area_id="other")
    assert proposed(*crowd(50), one("S", 2, case_status="suspected"), elsewhere) == [
        FIRST,
        ("medium", "E", 1, 1, 1),
    ]


@pytest.mark.parametrize(("level", "expected"), [("high", []), ("medium", ["high"])])
def test_a_standing_area_over_the_whole_county_is_not_proposed_again(level: str, expected: list[str]) -> None:
    standing = {
        "risk_area_id": "A",
        "area_id": "county",
        "list_kind": "decided",
        "risk_level": level,
        "start_at": "06-30 09:00",
    }
    told = proposed(
        *crowd(51), risk_areas=[standing], risk_area_extents=[{"risk_area_id": "A", "area_id": "county"}]
    )
    assert [row[0] for row in told] == expected
