"""Bulk facts for measuring: any number of managed persons around cases in small rings, without visits.

Of a million managed persons one in 31 is a case; each case has thirty contacts. Some live with it or were named
near it and owe everything that an edition asks of a close contact; the greater part was named without detail and
judged co-present, and owes nothing. Shares of what was done and what was late are those of the story.

Every case was found under control by signature, so that no area begins test rounds: who is managed owes something, and
not every resident a test a day. `has_rounds` leaves it to the record, and the whole city is called to its rounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lastcase.core.facts.store import Facts, conform
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.core.protocol.model import Stage
from lastcase.editions import load_edition
from lastcase.engines.city import management, story
from lastcase.engines.city.geography import CITY_ID, Geography, area_rows, lay_out
from lastcase.engines.city.hashing import Dice, Flags, Ints
from lastcase.engines.city.story import FAR, HOUR_MIN, day_start
from lastcase.engines.city.tables import DAY_MIN

CONTACTS_A_CASE = 30
CLOSE_A_CASE = 3
"""Of thirty contacts those who are close: two at home, one colleague."""
AT_HOME_A_CASE = 2
RING = CONTACTS_A_CASE + 1
CASES_AN_AREA = 150


@dataclass(frozen=True)
class Managed:
    """Facts of managed persons by table, and the outbreak they belong to."""

    facts: Facts
    outbreak: Outbreak

    @property
    def n_persons(self) -> int:
        """Persons on record."""
        return self.facts["persons"].height


@dataclass(frozen=True)
class _Rings:
    """Persons ring by ring: `place` 0 is the case; home, colleague, then the others. Instants in minutes."""

    dice: Dice
    geography: Geography
    person: Ints
    ring: Ints
    place: Ints
    found: Ints
    cell: Ints

    @property
    def case(self) -> Ints:
        """The case of each person's ring."""
        return self.ring * RING

    @property
    def is_case(self) -> Flags:
        """Who is a case."""
        case: Flags = self.place == 0
        return case

    @property
    def is_close(self) -> Flags:
        """Who is a close contact."""
        close: Flags = (self.place > 0) & (self.place <= CLOSE_A_CASE)
        return close

    @property
    def shares_home(self) -> Flags:
        """Who lives in the case's home, the case included."""
        home: Flags = self.place <= AT_HOME_A_CASE
        return home


def managed_city(n_managed: int, seed: int = 1, *, has_rounds: bool = False) -> Managed:
    """Facts of `n_managed` persons (at least 31), spread over all cells of Beihai. `has_rounds`: with test rounds of
    everybody, most of all duties."""
    dice = Dice(seed)
    rings = _rings(dice, lay_out(dice, None), n_managed)
    edition = load_edition(story.EDITION)
    stage = management.stage_of(edition, "close_contact")
    frames = {
        "areas": _known(area_rows(rings.geography), day_start(story.FIRST_DAY), "areas"),
        "places": _places(rings),
        "persons": _persons(rings),
        "cases": _cases(rings, has_rounds=has_rounds),
        "contacts": _contacts(rings),
        "judgements": _judgements(rings),
        "risk_areas": _risk_areas(rings),
        **_kept_apart(rings, stage),
    }
    adoption = Adoption(edition, story.STARTS_AT)
    outbreak = Outbreak("synthetic-managed", story.DISEASE, story.TIME_ZONE, CITY_ID, (adoption,))
    return Managed(Facts(frames), outbreak)


def _rings(dice: Dice, geography: Geography, n_managed: int) -> _Rings:
    person = np.arange(n_managed)
    ring, place = person // RING, person % RING
    n_cells = geography.cells.height
    own = dice.below("managed cell", n_cells, person)
    cell = np.where(place <= AT_HOME_A_CASE, dice.below("managed ring", n_cells, ring), own)
    span = (story.LAST_DAY - story.FIRST_DAY) * DAY_MIN
    found = day_start(story.FIRST_DAY) + dice.below("managed found", span, ring)
    return _Rings(dice, geography, person, ring, place, found, cell)


def _known(rows: pl.DataFrame, known: Ints | int, name: str) -> pl.DataFrame:
    at = story.instants(np.broadcast_to(np.asarray(known, np.int64), (rows.height,)))
    stamped = rows.with_columns(known_from=at, recorded_at=at, source=pl.lit(story.MARK))
    return conform(stamped, name)


def _ids(prefix: str, numbers: Ints) -> pl.Series:
    text = pl.Series(numbers).cast(pl.String).str.zfill(7)
    return pl.select(pl.lit(f"SYNM-{prefix}") + text).to_series()


def _only(chosen: Flags, values: pl.Series) -> pl.Series:
    return pl.select(pl.when(pl.Series(chosen)).then(values)).to_series()


def _cells(rings: _Rings, who: Ints) -> pl.Series:
    return rings.geography.cells["area_id"][rings.cell[who]]


def _places(rings: _Rings) -> pl.DataFrame:
    homes = np.flatnonzero(rings.is_case)
    rows = pl.DataFrame(
        {
            "place_id": _ids("H", rings.ring[homes]),
            "setting": ["household"] * len(homes),
            "area_id": _cells(rings, homes),
        }
    )
    return _known(rows, day_start(story.FIRST_DAY), "places")


def _persons(rings: _Rings) -> pl.DataFrame:
    rows = pl.DataFrame(
        {
            "person_id": _ids("", rings.person),
            "sex": pl.Series(["male", "female"])[rings.dice.below("managed sex", 2, rings.person)],
            "age_years": rings.dice.between("managed age", 1, 90, rings.person),
            "residence_area_id": _cells(rings, rings.person),
            "residence_place_id": _only(rings.shares_home, _ids("H", rings.ring)),
        }
    )
    return _known(rows, day_start(story.FIRST_DAY), "persons")


def _late(rings: _Rings, stream: str, after: Ints, within: tuple[int, int], who: Ints) -> Ints:
    """When it was done: mostly in time, one in six late, one in sixteen never (`FAR`)."""
    dice = rings.dice
    late = dice.chance(f"{stream} late", 170_000, who)
    done = after + dice.between(stream, *within, who) + late * dice.between(f"{stream} by", 120, 900, who)
    return np.where(dice.chance(f"{stream} never", 60_000, who) | (done >= story.END_MIN), FAR, done)


def _cases(rings: _Rings, *, has_rounds: bool) -> pl.DataFrame:
    who = np.flatnonzero(rings.is_case)
    found = rings.found[who]
    confirmed = rings.dice.chance("managed confirmed", 300_000, who)
    admitted = _late(rings, "admitted", found, (30, 115), who)
    status = pl.Series(["asymptomatic_infection", "confirmed"])
    rows = pl.DataFrame(
        {
            "person_id": _ids("", who),
            "episode": np.ones(len(who), np.int64),
            "case_status": status[confirmed.astype(np.int64)],
            "symptom_onset_on": _only(confirmed, story.dates(found - DAY_MIN)),
            "specimen_at": story.instants(found - 9 * HOUR_MIN),
            "found_at": story.instants(found),
            "reported_at": story.instants(_late(rings, "reported", found, (15, 110), who)),
            "admitted_at": story.instants(admitted),
            "area_id": _cells(rings, who),
            "detection_override": pl.Series(
                [None if has_rounds else "managed_detected"] * len(who), dtype=pl.String
            ),
        }
    )
    return _known(rows, found + 30, "cases")


def _named(rings: _Rings, who: Ints) -> Ints:
    return rings.found[who] + rings.dice.between("managed named", 120, 1500, rings.ring[who])


def _last(rings: _Rings, who: Ints) -> Ints:
    near = rings.place[who] <= AT_HOME_A_CASE
    return rings.found[who] - np.where(near, 0, rings.dice.between("managed met", 60, 2400, who))


def _contacts(rings: _Rings) -> pl.DataFrame:
    who = np.flatnonzero(~rings.is_case)
    place = rings.place[who]
    kind = np.select([place <= AT_HOME_A_CASE, place <= CLOSE_A_CASE], [0, 1], 2)
    last, named = _last(rings, who), _named(rings, who)
    rows = pl.DataFrame(
        {
            "contact_id": _ids("K", who),
            "case_person_id": _ids("", rings.case[who]),
            "person_id": _ids("", who),
            "setting": pl.Series(["household", "workplace", "market"])[kind],
            "relation": pl.Series(["lives_with", "colleague", "passer"])[kind],
            "distance_class": pl.Series(["within_1_m", "within_1_m", "same_room"])[kind],
            "duration_min": rings.dice.between("managed minutes", 5, 180, who).astype(np.float64),
            "first_exposure_at": story.instants(last - rings.dice.between("managed since", 30, 2000, who)),
            "last_exposure_at": story.instants(last),
            "area_id": _cells(rings, who),
            "named_at": story.instants(named),
        }
    )
    return _known(rows, named + 60, "contacts")


def _judgements(rings: _Rings) -> pl.DataFrame:
    """Nearly all of those named without detail were judged co-present; the rest are still candidates."""
    others = np.flatnonzero(rings.place > CLOSE_A_CASE)
    who = others[rings.dice.chance("managed judged", 950_000, others)]
    at = _named(rings, who) + rings.dice.between("managed judged after", 30, 700, who)
    rows = pl.DataFrame(
        {
            "case_person_id": _ids("", rings.case[who]),
            "person_id": _ids("", who),
            "judgement": ["copresent_person"] * len(who),
            "judged_at": story.instants(at),
        }
    )
    return _known(rows, at, "judgements")


def _risk_areas(rings: _Rings) -> pl.DataFrame:
    """The cell of one case in `CASES_AN_AREA` is a high-risk area."""
    who = np.flatnonzero(rings.is_case & (rings.ring % CASES_AN_AREA == 0))
    _, first = np.unique(rings.cell[who], return_index=True)
    who = who[np.sort(first)]
    start = rings.found[who] + 6 * HOUR_MIN
    rows = pl.DataFrame(
        {
            "risk_area_id": _ids("RA", rings.ring[who]),
            "area_id": _cells(rings, who),
            "list_kind": ["decided"] * len(who),
            "risk_level": ["high"] * len(who),
            "start_at": story.instants(start),
        }
    )
    return _known(rows, start, "risk_areas")


def _kept_apart(rings: _Rings, stage: Stage) -> dict[str, pl.DataFrame]:
    """Stays, transfers, tests and checks of the close contacts, and of the cases their isolation and interview."""
    who = np.flatnonzero(rings.is_close)
    apart = _late(rings, "apart", _named(rings, who), (60, 470), who)
    managed = management.Managed(
        who, apart, _last(rings, who), np.full(len(who), FAR), np.zeros(len(who), bool)
    )
    tests = management.take_tests(rings.dice, stage, managed, "managed")
    left = management.released_at(stage, managed, tests)
    return {
        "specimens": _specimens(managed, tests),
        "stays": _stays(managed, left),
        "moves": _moves(rings, managed),
        "checks": _checks(rings, stage, managed, left),
    }


def _specimens(managed: management.Managed, tests: management.Tests) -> pl.DataFrame:
    told = tests.resulted < story.END_MIN
    rows = pl.DataFrame(
        {
            "specimen_id": _ids("L", np.arange(len(tests.row))),
            "person_id": _ids("", managed.person[tests.row]),
            "specimen_kind": ["throat"] * len(told),
            "sampled_at": story.instants(tests.sampled),
            "result": _only(told, pl.Series(["negative"] * len(told), dtype=pl.String)),
            "resulted_at": story.instants(np.where(told, tests.resulted, FAR)),
            "purpose": ["duty"] * len(told),
        }
    )
    return _known(rows, np.where(told, tests.resulted, tests.sampled), "specimens")


def _stays(managed: management.Managed, left: Ints) -> pl.DataFrame:
    here = np.flatnonzero(managed.apart < FAR)
    rows = pl.DataFrame(
        {
            "stay_id": _ids("S", managed.person[here]),
            "person_id": _ids("", managed.person[here]),
            "stay_kind": ["quarantine_central"] * len(here),
            "start_at": story.instants(managed.apart[here]),
            "end_at": story.instants(left[here]),
        }
    )
    return _known(rows, managed.apart[here], "stays")


def _moves(rings: _Rings, managed: management.Managed) -> pl.DataFrame:
    here = np.flatnonzero(managed.apart < FAR)
    who, arrived = managed.person[here], managed.apart[here]
    rows = pl.DataFrame(
        {
            "move_id": _ids("M", who),
            "person_id": _ids("", who),
            "move_kind": ["to_quarantine"] * len(who),
            "from_area_id": _cells(rings, who),
            "requested_at": story.instants(_named(rings, who)),
            "departed_at": story.instants(arrived - 30),
            "arrived_at": story.instants(arrived),
        }
    )
    return _known(rows, arrived, "moves")


def _checks(rings: _Rings, stage: Stage, managed: management.Managed, left: Ints) -> pl.DataFrame:
    """Daily checks in quarantine, and the cases' interviews."""
    cases = np.flatnonzero(rings.is_case)
    asked = _late(rings, "interviewed", rings.found[cases], (120, 1300), cases)
    told = asked < FAR
    monitored, at, turn = management.monitor_instants(rings.dice, stage, managed, left, "managed")
    who, when = np.concatenate([cases[told], monitored]), np.concatenate([asked[told], at])
    kind = np.concatenate([np.zeros(int(told.sum()), np.int64), np.ones(len(turn), np.int64)])
    rows = pl.DataFrame(
        {
            "check_id": _ids("C", np.arange(len(who))),
            "person_id": _ids("", who),
            "duty_kind": pl.Series(["interview", "monitor"])[kind],
            "checked_at": story.instants(when),
            "check_outcome": ["done"] * len(who),
        }
    )
    return _known(rows, when, "checks")
