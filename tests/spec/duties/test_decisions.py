"""Decisions on a person: the last one signed stands, and none gives an order an end that it does not have."""

from __future__ import annotations

from lastcase.core.duties.coverage import covered_kinds
from lastcase.core.facts.receipts import ACT_FEED
from tests.spec.facts import facts
from tests.spec.tables import World

CASE = """
    person | status    | onset      | found
    A      | confirmed | 2022-07-01 | 2022-07-02 10:00
"""
CONTACT = """
    case | person | relation   | first            | last
    A    | C      | lives_with | 2022-07-01 09:00 | 2022-07-02 10:00
"""


def world(decisions: str) -> World:
    return World("cn-covid-9", cases=CASE, contacts=CONTACT, decisions=decisions)


def test_of_two_extensions_the_one_signed_last_stands_even_if_it_is_shorter() -> None:
    here = world(
        """
        decision_kind  | person | until_at         | signed_at        | signed_by | reason
        extend_release | C      | 2022-07-20 12:00 | 2022-07-12 09:00 | city      | laboratory down
        extend_release | C      | 2022-07-15 12:00 | 2022-07-13 09:00 | city      | laboratory works again
        """
    )
    assert here.local(here.orders("C")[0]["cap_at"]) == "2022-07-15 12:00"


def test_an_extension_never_goes_below_the_editions_own_latest_end() -> None:
    here = world(
        """
        decision_kind  | person | until_at         | signed_at        | signed_by | reason
        extend_release | C      | 2022-07-11 12:00 | 2022-07-10 09:00 | city      | late laboratory
        """
    )
    assert here.local(here.orders("C")[0]["cap_at"]) == "2022-07-13 00:00"


def test_the_isolation_of_a_case_gets_no_latest_end_by_an_extension() -> None:
    here = world(
        """
        decision_kind  | person | until_at         | signed_at        | signed_by | reason
        extend_release | A      | 2022-07-20 12:00 | 2022-07-12 09:00 | city      | wrong person
        """
    )
    order = here.orders("A")[0]
    assert (order["cap_at"], order["closed_at"]) == (None, None)


def test_a_later_exemption_of_the_same_kind_replaces_the_earlier_one() -> None:
    here = world(
        """
        decision_kind | person | subject | until_at         | signed_at        | signed_by | reason
        exempt        | C      | test    |                  | 2022-07-02 12:00 | county    | surgery
        exempt        | C      | test    | 2022-07-04 12:00 | 2022-07-04 12:00 | county    | recovered
        """
    )
    days = here.test_days("C", "2022-07-05 01:00")
    assert (days["2022-07-03"], days["2022-07-04"]) == ("exempt", "overdue")


def test_what_the_house_signs_itself_is_no_source_of_transfers() -> None:
    asked = {"move_id": "1", "person_id": "C", "move_kind": "hand_over", "to_area_id": "B"}
    receipt = {
        "receipt_id": "1",
        "feed": ACT_FEED,
        "table_name": "moves",
        "received_at": "07-03 09:00",
    }
    assert covered_kinds(facts(moves=[asked], receipts=[receipt])) == {"hand_over"}
    driven = {**asked, "move_kind": "to_quarantine"}
    assert "transfer" in covered_kinds(facts(moves=[driven], receipts=[receipt]))
