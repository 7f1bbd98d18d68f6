"""Which area holds a duty: the finest known of the person, inside the area that answers for the person."""

from __future__ import annotations

import pytest

from tests.spec.tables import World

AREAS = """
    area_id | tier      | parent_id
    city    | city      |
    east    | county    | city
    town    | township  | east
    cell    | cell      | town
    west    | county    | city
    corner  | cell      | west
"""
PLACES = """
    place_id | setting   | area_id
    house    | household | cell
    hotel    | community | corner
"""
CASE = """
    person | status    | onset      | found            | area_id
    A      | confirmed | 2022-07-01 | 2022-07-02 10:00 | east
"""
CONTACT = """
    case | person | relation   | first            | last             | area_id
    A    | C      | lives_with | 2022-07-01 09:00 | 2022-07-02 10:00 | {named}
"""


def holders(person: str, named: str = "east", moves: str | None = None, who: str = "C") -> set[str | None]:
    """Areas that hold the tests and isolation of one person, as the row of `persons` says where that is."""
    heading = "person | present_area_id | present_place_id | residence_area_id | residence_place_id"
    here = World(
        "cn-covid-9",
        areas=AREAS,
        places=PLACES,
        cases=CASE,
        persons=f"{heading}\n{who} | {person}",
        contacts=CONTACT.format(named=named),
        **({"moves": moves} if moves else {}),
    )
    rows = here.duties(who, "2022-07-30")
    return {duty["area_id"] for duty in rows if duty["kind"] in ("test", "isolate")}


@pytest.mark.parametrize(
    ("person", "named", "holder"),
    [
        # present area and place | home's area and place     named by   held by
        ("      |       |      |      ", "east", "east"),
        ("town  |       |      |      ", "east", "town"),
        ("town  | house |      |      ", "east", "cell"),
        ("      |       | town |      ", "east", "town"),
        ("      |       | east | house", "east", "cell"),
        ("      |       | cell |      ", "city", "cell"),
        ("city  |       |      |      ", "east", "east"),  # coarser than who answers
        ("      | hotel | cell | house", "east", "east"),  # elsewhere, and nobody has signed for it
        ("town  |       |      |      ", "", "town"),  # nobody named: the case's county answers
    ],
)
def test_a_contact_s_duties(person: str, named: str, holder: str) -> None:
    assert holders(person, named) == {holder}


@pytest.mark.parametrize(("person", "holder"), [(" | house | | ", "cell"), (" | | | ", "east")])
def test_a_case_s_duties(person: str, holder: str) -> None:
    assert holders(person, who="A") == {holder}


def test_after_the_receipt_the_receiver_s_cell_holds_them() -> None:
    receipt = """
        person | move_kind | from_area_id | to_area_id | requested_at     | received_at
        C      | hand_over | east         | west       | 2022-07-02 12:00 | 2022-07-02 14:00
    """
    assert holders(" | hotel | cell | house", moves=receipt) == {"corner"}
