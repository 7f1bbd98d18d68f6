"""The rest of the record: unnamed groups, published counts, decisions, deliveries of feeds."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from lastcase.engines.city import spread, story
from lastcase.engines.city.area_facts import Blocks, is_under_high
from lastcase.engines.city.case_facts import Cases
from lastcase.engines.city.contact_facts import Contacts
from lastcase.engines.city.geography import CITY_ID
from lastcase.engines.city.hashing import Flags, Ints
from lastcase.engines.city.story import FAR, HOUR_MIN, day_of, day_start
from lastcase.engines.city.tables import DAY_MIN
from lastcase.engines.city.tracing import AT_TABLE, ON_BUS
from lastcase.engines.city.world import World, coded, rows

TARGET_SET = "79144"
FED = ("cases", "contacts", "specimens", "stays", "moves", "checks", "risk_areas")
"""Tables that a feed delivers every day."""
UNSIGNED_DAY = 9
"""The day on which nobody signed the re-grading."""
UNPUBLISHED_DAY = 5
SIGNED_BY = "合成指挥部"


def group_rows(world: World, contacts: Contacts) -> pl.DataFrame:
    """People exposed on buses and in restaurants whose names nobody knows."""
    chosen = np.flatnonzero((contacts.kind == ON_BUS) | (contacts.kind == AT_TABLE))
    _, first = np.unique(contacts.case[chosen] * 8 + contacts.kind[chosen], return_index=True)
    chosen = chosen[first]
    chosen = chosen[world.dice.chance("group", 160_000, contacts.case[chosen], contacts.kind[chosen])]
    n_tens = world.dice.between("group size", 1, 4, contacts.case[chosen], contacts.kind[chosen])
    on_bus = contacts.kind[chosen] == ON_BUS
    place = coded(("同餐馆约", "同车约"), on_bus.astype(np.int64))
    count = pl.Series(n_tens * 10)
    return rows(
        "exposed_groups",
        contacts.named[chosen] + 60,
        group_id=world.row_ids("G", len(chosen)),
        case_person_id=world.person_ids(world.infections.person[contacts.case[chosen]]),
        description=pl.select(place + count.cast(pl.String) + pl.lit("人（合成）")).to_series(),
        setting=coded(("dining", "transport"), on_bus.astype(np.int64)),
        n_exposed=count,
        is_estimate=np.ones(len(chosen), bool),
        exposed_at=story.instants(contacts.last[chosen]),
        place_id=world.place_ids(contacts.place[chosen]),
        area_id=world.cell_ids(world.place_cell(contacts.place[chosen])),
    )


def count_rows(world: World, cases: Cases, blocks: Blocks) -> pl.DataFrame:
    """Published counts of each day, of the city and its counties; one day is missing, some come late."""
    managed = world.infections.found_by[cases.index] == spread.IN_QUARANTINE
    community = ~managed & ~is_under_high(world, blocks, cases)
    turned = cases.converted < story.END_MIN
    series = {
        "new_infections_net": (cases.found, np.ones(len(managed), bool)),
        "new_community_detected": (cases.found, community),
        "new_confirmed": (cases.found, cases.is_confirmed),
        "new_asymptomatic": (cases.found, ~cases.is_confirmed),
        "converted_from_asymptomatic": (np.where(turned, cases.converted, cases.found), turned),
    }
    county = world.county(cases.person)
    areas: list[tuple[str, Flags]] = [(CITY_ID, np.ones(len(managed), bool))]
    areas += [(code, county == number) for number, code in enumerate(world.geography.counties)]
    parts = [
        _daily(world, area, index, name, when[chosen & inside])
        for index, (area, inside) in enumerate(areas)
        for name, (when, chosen) in series.items()
    ]
    return pl.concat(parts)


def _daily(world: World, area_id: str, index: int, indicator: str, when: Ints) -> pl.DataFrame:
    days = np.arange(story.FIRST_DAY, story.LAST_DAY)
    n_days = len(days)
    counts = np.bincount(np.clip(day_of(when) - story.FIRST_DAY, 0, n_days), minlength=n_days + 1)[:n_days]
    told = days != UNPUBLISHED_DAY
    days, counts = days[told], counts[told]
    late = world.dice.chance("published late", 100_000, days, index)
    at = day_start(0) + (days + 1) * DAY_MIN + np.where(late, DAY_MIN, 0) + 8 * HOUR_MIN
    return rows(
        "counts",
        at,
        area_id=[area_id] * len(days),
        indicator=[indicator] * len(days),
        counted_on=story.dates(day_start(0) + days * DAY_MIN),
        value=counts.astype(np.float64),
        source_text=["合成通报"] * len(days),
        note=[story.MARK] * len(days),
        published_at=story.instants(at),
    )


def decision_rows(world: World, persons: Ints) -> pl.DataFrame:
    """Day 0, the daily re-grading, and acts on a few of the contacts: exempted, extended, released."""
    frames = [_day0(world), _regrades(world)]
    if len(persons) >= 3:
        frames.append(_acts(world, persons[:3]))
    return pl.concat(frames)


def _day0(world: World) -> pl.DataFrame:
    at = np.array([day_start(0) - 4 * HOUR_MIN])
    return _signed(
        at,
        decision_id=[f"{world.size.tag}-D0"],
        decision_kind=["day0"],
        subject=[TARGET_SET],
        area_id=[CITY_ID],
        value_on=[story.DAY0_ON],
        reason=[f"{story.TITLE_EN} / {story.TITLE_ZH}"],
    )


def _regrades(world: World) -> pl.DataFrame:
    days = np.array([day for day in range(4, story.LAST_DAY + 1) if day != UNSIGNED_DAY])
    n = len(days)
    return _signed(
        day_start(0) + days * DAY_MIN + 18 * HOUR_MIN,
        decision_id=world.row_ids("DR", n),
        decision_kind=["regrade"] * n,
        area_id=[CITY_ID] * n,
        value_on=[story.DAY0_ON + timedelta(days=int(day)) for day in days],
        reason=["当日风险区动态调整（合成）"] * n,
    )


def _acts(world: World, persons: Ints) -> pl.DataFrame:
    at = day_start(0) + np.array([5, 6, 7]) * DAY_MIN + 15 * HOUR_MIN
    return _signed(
        at,
        decision_id=world.row_ids("DP", 3),
        decision_kind=["exempt", "extend_release", "release_now"],
        subject=["transfer", None, None],
        person_id=world.person_ids(persons),
        until_at=story.instants(np.array([FAR, day_start(16), FAR])),
        reason=["血液透析（合成）", "检测结果待复核（合成）", "误判解除（合成）"],
    )


def _signed(at: Ints, **columns: object) -> pl.DataFrame:
    return rows("decisions", at, signed_at=story.instants(at), signed_by=[SIGNED_BY] * len(at), **columns)


def receipt_rows(world: World) -> pl.DataFrame:
    """One delivery a day and table, early in the next morning; now and then a day late."""
    days = np.repeat(np.arange(story.FIRST_DAY, story.LAST_DAY), len(FED))
    table = np.tile(np.arange(len(FED)), story.LAST_DAY - story.FIRST_DAY)
    late = world.dice.chance("delivered late", 60_000, days, table)
    at = day_start(0) + (days + 1) * DAY_MIN + np.where(late, 26, 2) * HOUR_MIN
    return rows(
        "receipts",
        at,
        receipt_id=world.row_ids("RC", len(days)),
        feed=[f"{story.MARK} {FED[each]}" for each in table],
        table_name=coded(FED, table),
        received_at=story.instants(at),
        data_until_at=story.instants(day_start(0) + (days + 1) * DAY_MIN),
    )
