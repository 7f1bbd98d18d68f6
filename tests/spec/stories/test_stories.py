"""The nine stories: what must follow, and what was known when."""

from __future__ import annotations

from tests.spec.tables import World


def two_cases() -> World:
    """C was exposed to A on the 1st and to B on the 5th; D to B alone. B was discarded on the 7th."""
    return World(
        "cn-covid-9",
        persons="""
            person
            A
            B
            C
            D
        """,
        cases="""
            person | status    | onset      | found            | recorded         | retired          | discarded_at
            A      | confirmed | 2022-07-01 | 2022-07-02 10:00 | 2022-07-02 10:00 |                  |
            B      | confirmed | 2022-07-05 | 2022-07-06 10:00 | 2022-07-06 10:00 | 2022-07-07 12:00 |
            B      | discarded | 2022-07-05 | 2022-07-06 10:00 | 2022-07-07 12:00 |                  | 2022-07-07 12:00
        """,
        contacts="""
            case | person | relation   | first            | last             | recorded
            A    | C      | lives_with | 2022-07-01 09:00 | 2022-07-01 10:00 | 2022-07-02 11:00
            B    | C      | lives_with | 2022-07-05 09:00 | 2022-07-05 10:00 | 2022-07-06 11:00
            B    | D      | lives_with | 2022-07-05 09:00 | 2022-07-05 10:00 | 2022-07-06 11:00
        """,
        specimens="""
            person | specimen_kind | sampled          | result   | resulted         | recorded
            C      | throat        | 2022-07-02 15:00 | negative | 2022-07-02 22:00 | 2022-07-02 22:00
        """,
    )


class TestADiscardedCase:
    def test_before_the_discard_the_latest_exposure_sets_the_end(self) -> None:
        world = two_cases()
        assert world.last_day("C", known_at="2022-07-06 12:00") == "2022-07-12"

    def test_after_the_discard_the_end_returns_to_the_first_cases(self) -> None:
        world = two_cases()
        assert world.last_day("C") == "2022-07-08"

    def test_the_swab_of_day_1_still_counts(self) -> None:
        world = two_cases()
        assert world.test_days("C", "2022-07-07 13:00")["2022-07-02"] == "done"

    def test_contacts_of_the_discarded_case_alone_lapse_and_are_told(self) -> None:
        world = two_cases()
        contact = world.contact("D")
        assert contact is not None
        assert (world.local(contact["closed_at"]), contact["closed_reason"]) == (
            "2022-07-07 12:00",
            "discarded",
        )
        assert set(world.states("D", "2022-07-07 13:00", "test")) == {"lapsed"}

    def test_what_was_known_before_the_discard_is_replayed_as_it_was(self) -> None:
        world = two_cases()
        states = world.test_days("D", "2022-07-07 11:00", known_at="2022-07-07 11:00")
        assert states["2022-07-06"] == "overdue"
        assert states["2022-07-07"] == "due"


def contact_turns_positive() -> World:
    """C, a close contact of A, is sampled positive on the 6th. E met C on the 3rd, F on the 5th; both live with C."""
    return World(
        "cn-covid-9",
        cases="""
            person | status    | onset      | found
            A      | confirmed | 2022-07-01 | 2022-07-02 10:00
        """,
        contacts="""
            case | person | relation   | first            | last
            A    | C      | lives_with | 2022-07-01 09:00 | 2022-07-02 10:00
            C    | E      | lives_with | 2022-07-03 08:00 | 2022-07-03 20:00
            C    | F      | lives_with | 2022-07-05 08:00 | 2022-07-05 20:00
        """,
        specimens="""
            person | specimen_kind | sampled          | result   | resulted
            C      | throat        | 2022-07-06 09:00 | positive | 2022-07-06 15:00
        """,
    )


def confirmed_contact() -> World:
    """The same after C's re-test: the investigator recorded the case."""
    world = contact_turns_positive()
    rows = """
            person | status    | onset      | found            | specimen_at
            A      | confirmed | 2022-07-01 | 2022-07-02 10:00 |
            C      | confirmed |            | 2022-07-06 16:00 | 2022-07-06 09:00
    """
    from lastcase.core.facts.store import Facts, conform

    world.facts = Facts({**world.facts.frames, "cases": conform(world._frame("cases", rows), "cases")})
    return world


class TestAContactTurnsPositive:
    def test_a_presumptive_positive_creates_only_hold_and_re_test(self) -> None:
        world = contact_turns_positive()
        opened = [d for d in world.duties("C", "2022-07-06 15:30") if d["category"] == "presumptive_positive"]
        assert {d["kind"] for d in opened} == {"isolate", "test"}
        assert world.contact("F") is None or world.contact("F")["category"] == "secondary_contact"

    def test_there_is_exactly_one_case(self) -> None:
        answers = confirmed_contact().answers()
        assert answers.detections["person_id"].to_list() == ["A", "C"]

    def test_contact_duties_are_superseded(self) -> None:
        world = confirmed_contact()
        later = [d for d in world.duties("C", "2022-07-06 17:00", "test") if d["category"] == "close_contact"]
        assert {d["state"] for d in later if d["due_at"] > world.at("2022-07-07 00:00")} == {"superseded"}

    def test_secondary_contacts_exposed_in_the_new_window_become_close(self) -> None:
        world = confirmed_contact()
        assert world.contact("F") is not None, "met C one day before the specimen"
        assert world.contact("E") is None, "met C three days before the specimen"
        assert world.contact("E", "secondary_contact") is not None


def sampled_late_on_day_7() -> World:
    return World(
        "cn-covid-9",
        cases="""
            person | status    | onset      | found
            A      | confirmed | 2022-07-01 | 2022-07-02 10:00
        """,
        contacts="""
            case | person | relation   | first            | last
            A    | C      | lives_with | 2022-07-01 09:00 | 2022-07-02 10:00
        """,
        specimens="""
            person | specimen_kind | sampled          | result   | resulted
            C      | throat        | 2022-07-09 23:50 | negative | 2022-07-10 02:00
        """,
    )


class TestAReleaseTestResultedTheNextDay:
    def test_it_fulfils_the_release(self) -> None:
        order = sampled_late_on_day_7().orders("C")[0]
        world = sampled_late_on_day_7()
        assert world.local(order["ends_at"]) == "2022-07-10 00:00"
        assert (world.local(order["closed_at"]), order["closed_reason"]) == ("2022-07-10 02:00", "released")

    def test_between_sampling_and_result_the_test_is_not_overdue(self) -> None:
        world = sampled_late_on_day_7()
        release = [d for d in world.duties("C", "2022-07-10 01:00", "test") if d["is_release"]]
        assert [(d["state"], d["progress"]) for d in release] == [("due", "sampled")]

    def test_after_the_result_it_is_done(self) -> None:
        world = sampled_late_on_day_7()
        release = [d for d in world.duties("C", "2022-07-10 03:00", "test") if d["is_release"]]
        assert [d["state"] for d in release] == ["done"]


class TestABurialFourDaysAfterDeath:
    WORLD = {
        "cases": """
            person | status    | onset      | found            | admitted_at      | death_on   | burial_on
            A      | confirmed | 2014-08-01 | 2014-08-03 10:00 | 2014-08-03 12:00 | 2014-08-10 | 2014-08-14
        """,
        "contacts": """
            case | person | setting     | relation | first            | last
            A    | M      | funeral     | touched  | 2014-08-14 10:00 | 2014-08-14 12:00
            A    | N      | household   | touched  | 2014-08-14 10:00 | 2014-08-14 12:00
        """,
    }

    def test_attendees_are_contacts_for_21_days_from_it(self) -> None:
        world = World("who-ebola", **self.WORLD)
        assert world.last_day("M") == "2014-09-04"
        checks = world.duties("M", "2014-09-30", "monitor")
        assert [world.day(d["due_at"]) for d in (checks[0], checks[-1])] == ["2014-08-15", "2014-09-04"]
        assert len(checks) == 21

    def test_exposure_elsewhere_after_isolation_is_outside_the_window(self) -> None:
        world = World("who-ebola", **self.WORLD)
        assert world.verdicts("N") == [("ruled_out", "outside_window")]


class TestThreeShortMeetingsOverAClockChange:
    """New York, 7 to 8 November 2020 and the night of 1 November, when 02:00 became 01:00 again."""

    @staticmethod
    def meetings(last: str) -> World:
        return World(
            "us-cdc-covid-2020",
            cases="""
                person | status    | onset      | found
                A      | confirmed | 2020-11-01 | 2020-11-04 10:00
            """,
            contacts=f"""
                case | person | setting   | relation  | distance_class | minutes | first            | last
                A    | C      | workplace | colleague | within_2_m     | 5       | 2020-10-31 18:00 | 2020-10-31 18:05
                A    | C      | workplace | colleague | within_2_m     | 5       | 2020-10-31 23:00 | 2020-10-31 23:05
                A    | C      | workplace | colleague | within_2_m     | 5       | {last}:00 | {last}:05
            """,
        )

    def test_24_and_a_half_elapsed_hours_apart_is_no_close_contact(self) -> None:
        world = self.meetings("2020-11-01 17")
        late = World(
            "us-cdc-covid-2020",
            cases="""
                person | status    | onset      | found
                A      | confirmed | 2020-11-01 | 2020-11-04 10:00
            """,
            contacts="""
                case | person | setting   | relation  | distance_class | minutes | first            | last
                A    | C      | workplace | colleague | within_2_m     | 5       | 2020-10-31 18:00 | 2020-10-31 18:05
                A    | C      | workplace | colleague | within_2_m     | 5       | 2020-10-31 23:00 | 2020-10-31 23:05
                A    | C      | workplace | colleague | within_2_m     | 5       | 2020-11-01 17:30 | 2020-11-01 17:35
            """,
        )
        assert world.contact("C") is None, "17:00 is 24 elapsed hours after 18:00: the period is half-open"
        assert late.contact("C") is None, (
            "17:30 is 24.5 elapsed hours after 18:00, though 23.5 on the clock's face"
        )
        assert {reason for _, reason in late.verdicts("C")} == {"too_short_or_far"}

    def test_23_and_a_half_is_one(self) -> None:
        world = self.meetings("2020-11-01 16")
        assert world.contact("C") is not None


class TestTwoUnnamedContactsMerged:
    @staticmethod
    def world(merged: bool) -> World:
        into = "P1" if merged else ""
        return World(
            "cn-covid-9",
            persons=f"""
                person | description               | merged_into_id
                A      |                           |
                P1     | woman in red, table 4     |
                P2     | woman, red coat           | {into}
            """,
            cases="""
                person | status    | onset      | found
                A      | confirmed | 2022-07-01 | 2022-07-02 10:00
            """,
            contacts="""
                case | person | setting | relation  | distance_class | first            | last
                A    | P1     | dining  | companion | same_room      | 2022-07-01 12:00 | 2022-07-01 13:00
                A    | P2     | dining  | companion | same_room      | 2022-07-02 08:00 | 2022-07-02 09:00
            """,
        )

    def test_apart_they_owe_apart(self) -> None:
        world = self.world(merged=False)
        assert (world.last_day("P1"), world.last_day("P2")) == ("2022-07-08", "2022-07-09")

    def test_merged_their_duties_merge(self) -> None:
        world = self.world(merged=True)
        assert world.last_day("P1") == "2022-07-09"
        assert world.contact("P2") is None
        tests = world.duties("P1", "2022-07-03", "test")
        assert [d["ordinal"] for d in tests] == [1, 2, 3, 5, 1001, 3]

    def test_both_histories_are_kept(self) -> None:
        world = self.world(merged=True)
        assert world.facts["contacts"]["person_id"].to_list() == ["P1", "P2"]
        assert world.answers().exposures["source_id"].sort().to_list() == [
            "contacts:contacts-1",
            "contacts:contacts-2",
        ]
