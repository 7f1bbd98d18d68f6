"""Small worlds of visits for the laws of the contact search: as facts, which the definition reads, and in the
numbers that the engines read.

Numbers go by the order of the ids, so that the smallest of either is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

import polars as pl
from hypothesis import strategies as st

from lastcase.core.contacts.dose import UNITS_PER_MIN, Percents
from lastcase.core.contacts.search import (
    CERTAINTIES,
    find_meetings,
    find_pairs,
    find_ring,
    windows_of_ring,
)
from lastcase.core.contacts.search import WINDOWS as NAMED_WINDOWS
from lastcase.core.facts.store import Facts
from lastcase.core.facts.vocabulary import SETTINGS, values
from lastcase.core.protocol.model import ContactRule, Protocol
from lastcase.engines.lake.segment import SCHEMA as VISITS
from lastcase.engines.lake.sql_tables import PAIRS, RING
from lastcase.engines.lake.view import ANY_SETTING, SETTING_BITS

START = datetime(2022, 7, 10, tzinfo=UTC)
START_S = int(START.timestamp())
DAY_S, HOUR_S = 86_400, 3_600

Visit = tuple[int, int, str | None, int, int, float | None]
"""Person, place, unit (perhaps with a row), start and length in seconds, precision in minutes."""
Stretch = tuple[int, int, int, int | None, tuple[str, ...]]
"""Person, episode, from and until in seconds, settings."""


@dataclass(frozen=True)
class World:
    """Visits, the setting of each place, windows, rules and what a minute counts for; seconds count from `START`."""

    n_persons: int
    settings: tuple[str | None, ...]
    visits: tuple[Visit, ...]
    windows: tuple[Stretch, ...]
    rules: tuple[ContactRule, ...]
    percents: Percents
    air_min: float = 0.0

    # -- what the definition reads

    def facts(self) -> Facts:
        return Facts.of(
            visits=pl.DataFrame(
                [
                    (person_id(p), place_id(q), unit, instant(start), instant(start + length), precision)
                    for p, q, unit, start, length, precision in self.visits
                ],
                schema={
                    "person_id": pl.String,
                    "place_id": pl.String,
                    "unit": pl.String,
                    "start_at": pl.Datetime("us", "UTC"),
                    "end_at": pl.Datetime("us", "UTC"),
                    "precision_min": pl.Float64,
                },
                orient="row",
            ),
            places=pl.DataFrame(
                [(place_id(q), setting) for q, setting in enumerate(self.settings)],
                schema={"place_id": pl.String, "setting": pl.String},
                orient="row",
            ),
        )

    def named_windows(self) -> pl.DataFrame:
        rows = [
            (
                person_id(p),
                episode,
                instant(opens),
                None if closes is None else instant(closes),
                list(settings),
            )
            for p, episode, opens, closes, settings in self.windows
        ]
        return pl.DataFrame(rows, schema=NAMED_WINDOWS, orient="row")

    # -- what the engines read

    def spots(self) -> pl.DataFrame:
        """Columns as `view.make_view` takes them: spots that a visit names, in order of place and unit."""
        named = sorted({(q, unit or "") for _, q, unit, *_ in self.visits})
        return pl.DataFrame(
            [(n, q, unit or None, self.settings[q]) for n, (q, unit) in enumerate(named)],
            schema={"spot": pl.UInt32, "place": pl.UInt32, "unit": pl.String, "setting": pl.String},
            orient="row",
        )

    def slack_s(self) -> list[int]:
        """Precision in seconds, by class of quality."""
        return sorted({seconds(precision or 0.0) for *_, precision in self.visits})

    def qualities(self) -> pl.DataFrame:
        slack = self.slack_s()
        schema = {"quality": pl.UInt8, "slack_s": pl.Int64}
        return pl.DataFrame({"quality": range(len(slack)), "slack_s": slack}, schema=schema)

    def coded_visits(self) -> pl.DataFrame:
        spots = {(q, unit): n for n, q, unit, _ in self.spots().rows()}
        slack = self.slack_s()
        return pl.DataFrame(
            [
                (
                    p,
                    spots[q, unit],
                    START_S + start,
                    START_S + start + length,
                    slack.index(seconds(precision or 0.0)),
                )
                for p, q, unit, start, length, precision in self.visits
            ],
            schema=VISITS,
            orient="row",
        )

    def coded_windows(self) -> pl.DataFrame:
        """The preferred window of a person first: the latest episode, of one episode the first given."""
        ordered = sorted(self.windows, key=lambda window: (window[0], -window[1]))
        return pl.DataFrame(
            [
                (p, START_S + opens, None if closes is None else START_S + closes, mask_of(settings))
                for p, _, opens, closes, settings in ordered
            ],
            schema={"person": pl.UInt32, "from_s": pl.Int64, "until_s": pl.Int64, "settings": pl.UInt64},
            orient="row",
        )

    @property
    def air_s(self) -> int:
        return seconds(self.air_min)

    # -- what the definition answers, in numbers

    def pairs(self, windows: pl.DataFrame | None = None) -> pl.DataFrame:
        return coded_pairs(self._pairs(windows), self.rules)

    def ring(self, windows: pl.DataFrame | None = None) -> pl.DataFrame:
        return coded_ring(find_ring(self._pairs(windows), list(self.rules)), self.rules)

    def windows_of_ring(self) -> pl.DataFrame:
        """Windows of the contacts for the second ring, as `named_windows`."""
        return windows_of_ring(find_ring(self._pairs(None), list(self.rules)), FOLLOWS_TWO_RINGS)

    def _pairs(self, windows: pl.DataFrame | None) -> pl.DataFrame:
        rules = list(self.rules)
        named = self.named_windows() if windows is None else windows
        meetings = find_meetings(self.facts(), named, rules, self.air_min)
        return find_pairs(meetings, rules, self.percents)


def person_id(number: int) -> str:
    return f"p{number:06}"


def place_id(number: int) -> str:
    return f"q{number:06}"


def number_of(column: str) -> pl.Expr:
    return pl.col(column).str.slice(1).cast(pl.Int64)


def instant(second: int) -> datetime:
    return START + timedelta(seconds=second)


def seconds(minutes: float) -> int:
    return round(minutes * 60)


def mask_of(settings: tuple[str, ...]) -> int:
    return sum(1 << SETTING_BITS[name] for name in settings) if settings else ANY_SETTING


def make_rule(
    name: str,
    settings: tuple[str, ...],
    min_minutes: float | None,
    hours: float,
    order: int = 1,
    rows: int | None = None,
) -> ContactRule:
    return ContactRule(
        id=name,
        clause_en="",
        clause_zh="",
        source="",
        category="close_contact",
        order=order,
        settings=settings,
        min_minutes=min_minutes,
        cumulating_hours=hours,
        max_rows_apart=rows,
    )


def _coded(answer: pl.DataFrame, rules: tuple[ContactRule, ...]) -> pl.DataFrame:
    grades = {certainty: number for number, certainty in enumerate(CERTAINTIES)}
    ranks = {rule.id: number for number, rule in enumerate(rules)}

    def whole(column: str, per_min: int = 60) -> pl.Expr:
        return (pl.col(column) * per_min).round().cast(pl.Int64)

    return answer.with_columns(
        pl.col("certainty").replace_strict(grades, return_dtype=pl.Int64),
        pl.col("rule").replace_strict(ranks, default=None, return_dtype=pl.Int64),
        person=number_of("person_id"),
        place=number_of("place_id"),
        first_s=pl.col("first_at").dt.epoch("s"),
        last_s=pl.col("last_at").dt.epoch("s"),
        least_s=whole("minutes_least"),
        most_s=whole("minutes_most"),
        dose=whole("dose_min", UNITS_PER_MIN),
    )


def coded_pairs(pairs: pl.DataFrame, rules: tuple[ContactRule, ...]) -> pl.DataFrame:
    coded = _coded(pairs, rules).with_columns(case=number_of("case_person_id"))
    return coded.select(list(PAIRS)).sort("case", "person")


def coded_ring(ring: pl.DataFrame, rules: tuple[ContactRule, ...]) -> pl.DataFrame:
    return _coded(ring, rules).with_columns(via=number_of("via_person_id")).select(list(RING)).sort("person")


FOLLOWS_TWO_RINGS = Protocol(
    id="edition",
    disease="any",
    name_en="",
    name_zh="",
    issuer="",
    effective_on=date(2022, 1, 1),
    source="",
    rules={"second": make_rule("second", (), None, 0.0, order=2)},
)

CODES = values(SETTINGS)[:3]
PRECISIONS = (None, None, None, 0.0, 0.5, 5.0, 30.0)
MINUTE = 60
DAYS = (0, 1, 1, 1, 1, 2, 3)
HOURS = (0, 0, 0, 9, 23)
OFFSETS_MIN = (0, 0, 5, 8, 10, 15, 20, 45)
"""Few moments, so that visits meet: most begin around one midnight."""
LENGTHS = (
    *(minutes * MINUTE for minutes in (0, 5, 7, 10, 10, 15, 20, 30, 30)),
    15 * MINUTE - 15,
    15 * MINUTE + 15,
    *(hours * HOUR_S for hours in (1, 1, 8, 24, 48, 60)),
)
UNITS = (None, None, None, "a", "b")
SEATS = (None, "a", "a/#1", "a/#1", "a/#2C", "a /#4", "b/#1", "b/#002", "/#1", "/#3", "a#1", "/#99999")
"""Rows in parts, rows where no part is told, and texts that only look like rows."""
SOME_SETTINGS = ((), (), CODES[:1], CODES[1:])


def make_world(
    chance: Random,
    *,
    n_persons: int = 6,
    n_places: int = 4,
    n_visits: int = 48,
    n_windows: int = 6,
    grid_s: int = 15,
    cumulates: bool = True,
    asks_rows: bool = True,
) -> World:
    """A world of up to so many visits, half of them at place 0, and windows of the first half of the persons. In half
    of the worlds some visits name rows of seats; rules ask for near ones where `asks_rows`.

    Times lie on a grid of `grid_s` seconds. A quarter of a minute is exact in binary, so that sums of minutes are in
    the definition; on a grid of single seconds take rules that do not cumulate.
    """
    units = chance.choice((UNITS, UNITS + SEATS, SEATS))
    visits = [
        _make_visit(chance, n_persons, n_places, grid_s, units)
        for _ in range(chance.randint(n_visits // 4, n_visits))
    ]
    twice = [chance.choice(visits) for _ in range(chance.randint(0, 3))]
    return World(
        n_persons=n_persons,
        settings=tuple(chance.choice((*CODES, *CODES, None)) for _ in range(n_places)),
        visits=tuple(visits + twice),
        windows=tuple(
            _make_window(chance, n_persons) for _ in range(chance.randint(n_windows // 3, n_windows))
        ),
        rules=tuple(_make_rule(chance, n, cumulates, asks_rows) for n in range(chance.randint(0, 3))),
        percents={name: chance.choice((5, 100, 200, 333)) for name in CODES[: chance.randint(0, len(CODES))]},
        air_min=chance.choice((0.0, 0.0, 120.0)),
    )


def _moment(chance: Random, grid_s: int) -> int:
    """Seconds from `START`."""
    nudge = chance.choice((0, 0, 0, 0, grid_s, -grid_s))
    exact = chance.choice(DAYS) * DAY_S + chance.choice(HOURS) * HOUR_S + chance.choice(OFFSETS_MIN) * MINUTE
    return exact + nudge


def _make_visit(
    chance: Random, n_persons: int, n_places: int, grid_s: int, units: tuple[str | None, ...]
) -> Visit:
    place = 0 if chance.random() < 0.5 else chance.randrange(n_places)
    return (
        chance.randrange(n_persons),
        place,
        chance.choice(units),
        max(_moment(chance, grid_s), 0),
        chance.choice(LENGTHS),
        chance.choice(PRECISIONS),
    )


def _make_window(chance: Random, n_persons: int) -> Stretch:
    """It may be empty; none ends before it starts."""
    opens = -DAY_S if chance.random() < 0.5 else _moment(chance, 15)
    length = chance.choice((None, None, 0, 10 * MINUTE, 12 * HOUR_S, DAY_S, 3 * DAY_S))
    closes = None if length is None else opens + length
    person = chance.randrange(max(n_persons // 2, 1))
    return person, chance.randint(1, 2), opens, closes, tuple(chance.choice(SOME_SETTINGS))


def _make_rule(chance: Random, number: int, cumulates: bool, asks_rows: bool) -> ContactRule:
    hours = chance.choice((0.0, 0.5, 1.0, 24.0)) if cumulates else 0.0
    least = chance.choice((None, 5.0, 15.0, 15.0, 20.0, 60.0))
    rows = chance.choice((None, 0, 1, 2)) if asks_rows else None
    return make_rule(f"rule-{number}", tuple(chance.choice(SOME_SETTINGS)), least, hours, rows=rows)


def _far_and_near() -> World:
    """Minutes in far rows that must add nothing to those in near ones, and a record of a far row that must take none
    from one of a near row."""
    morning, ten, hours = 9 * HOUR_S, 10 * MINUTE, 3 * HOUR_S
    return World(
        n_persons=4,
        settings=(None,),
        visits=(
            (0, 0, "a/#1", morning, hours, None),
            (1, 0, "a/#1", morning, ten, None),
            (1, 0, "a/#9", morning + HOUR_S, ten, None),
            (2, 0, "a/#9", morning, hours, None),
            (2, 0, "a/#2", morning + HOUR_S, 2 * ten, 1.0),
            (3, 0, "a/#3", morning, ten, None),
            (3, 0, "a", morning + HOUR_S, ten, 6.0),
        ),
        windows=((0, 1, 0, None, ()),),
        rules=(make_rule("near", (), 15.0, 24.0, rows=2), make_rule("all", (), 60.0, 24.0)),
        percents={},
    )


FAR_AND_NEAR = _far_and_near()


def worlds(grid_s: int = 15, cumulates: bool = True, asks_rows: bool = True) -> st.SearchStrategy[World]:
    """Worlds as `make_world` makes them, small enough to be read when a law fails."""
    return st.randoms(use_true_random=False).map(
        lambda chance: make_world(chance, grid_s=grid_s, cumulates=cumulates, asks_rows=asks_rows)
    )
