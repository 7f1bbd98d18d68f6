"""Contact search of an outbreak: windows from the edition, visits of the lake and of the record, rings by pseudonym.

found = find_contacts("beihai-2022", ["beihai-2022:17"], by=actor)
found.rings[0]                       # everybody the case met, one row a person
unmask(found, purpose="tracing", by=actor)   # who they are; goes into the audit
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import polars as pl
from django.utils import timezone

from lastcase.core.contacts.classify import rules_of
from lastcase.core.contacts.dose import UNITS_PER_MIN, Percents, dose_percents
from lastcase.core.contacts.episodes import find_episodes
from lastcase.core.contacts.fit import shared_air_min
from lastcase.core.contacts.search import CERTAINTIES, find_told, visit_rules
from lastcase.core.contacts.shortlist import caps_of, count_left_out
from lastcase.core.contacts.windows import infectious_windows
from lastcase.core.derive import settle
from lastcase.core.facts.field import INSTANT
from lastcase.core.protocol.model import ContactRule, Protocol
from lastcase.engines.lake.ring import find_ring
from lastcase.engines.lake.search import WINDOWS, find_pairs, make_rules, make_windows, mask_of
from lastcase.ops.accounts.actor import Actor
from lastcase.ops.accounts.permissions import check_may_see_persons
from lastcase.ops.lake.candidates import left_out_by_all, mark_left_out
from lastcase.ops.lake.errors import NoCases, NoPurpose
from lastcase.ops.lake.view import OutbreakView, load_told, survivors_of, view_of, with_entries
from lastcase.ops.records.audit import log_read
from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.queries import load_facts, load_outbreak

Engine = Literal["index", "sql", "spark"]

FOUND: dict[str, pl.DataType] = {
    "ring": pl.Int64(),
    "pseudonym": pl.String(),
    "source": pl.String(),
    "category": pl.String(),
    "certainty": pl.String(),
    "rule": pl.String(),
    "first_at": INSTANT,
    "last_at": INSTANT,
    "minutes_least": pl.Float64(),
    "minutes_most": pl.Float64(),
    "dose_min": pl.Float64(),
    "n_meetings": pl.Int64(),
    "n_via": pl.Int64(),
    "via_pseudonym": pl.String(),
    "place_id": pl.String(),
    "setting": pl.String(),
    "left_out": pl.String(),
}
"""`core.contacts.search.RING` with pseudonyms for persons and the category that the rule makes; one row a person and
`source` (visit, named, household), by ring, source, certainty and dose. What nobody told is null. `setting` is where
the first meeting was; `left_out` says why a candidate is not on the short list (`core.contacts.shortlist`), null for
everybody else."""


LEFT_OUT: dict[str, pl.DataType] = {
    "ring": pl.Int64(),
    "via_pseudonym": pl.String(),
    "setting": pl.String(),
    "left_out": pl.String(),
    "n_left_out": pl.Int64(),
}
"""`core.contacts.shortlist.LEFT_OUT` by ring; whom several met is counted with each of them."""


@dataclass(frozen=True)
class Found:
    """A search and its answer: `contacts` with columns `FOUND`, `numbers` those of the persons in its rows.
    `left_out` counts who is not on the short list by whose and where, columns `LEFT_OUT`; `windows` are those of the
    cases, by number."""

    outbreak: str
    edition: Protocol
    cases: tuple[str, ...]
    contacts: pl.DataFrame
    numbers: pl.Series
    left_out: pl.DataFrame
    windows: pl.DataFrame
    view: OutbreakView


def find_contacts(
    outbreak: str,
    cases: Collection[str],
    *,
    by: Actor,
    n_rings: int = 1,
    engine: Engine = "index",
    as_of: datetime | None = None,
    n_threads: int = 1,
) -> Found:
    """Everybody whom these persons met in their infectious windows, ring by ring, under the edition of `as_of`.

    Visits are those of the outbreak's lake and of its record. Persons appear by pseudonym: `unmask` tells who
    they are. Raises NotPermitted, OutbreakNotFound, NoLake, NoCases.
    """
    check_may_see_persons(by)
    home = get_outbreak(outbreak)
    governed = load_outbreak(home)
    edition = governed.edition_at(as_of or timezone.now())
    named = case_windows(home.name, cases, edition, governed.time_zone)
    if named.is_empty():
        raise NoCases(outbreak=home.name, n=len(cases))
    view = view_of(home)
    windows = of_cases = view.numbered_windows(named)
    percents, caps = dose_percents(edition), caps_of(edition)
    known, rings, left_out = set(windows["person"]), [], []
    for order in range(1, n_rings + 1):
        rules = visit_rules(edition, order)
        if windows.is_empty():
            break
        air_s = round(shared_air_min(edition) * 60) if order == 1 else 0
        every = _pairs(view, windows, rules, air_s, percents, engine, n_threads)
        pairs = every.filter(~pl.col("person").is_in(known))
        marked = mark_left_out(pairs, view.settings(pairs["place"]), rules, caps)
        found, left = find_ring(pairs, view.packed.n_persons), left_out_by_all(marked)
        ring = found.with_columns(setting=view.settings(found["place"])).join(
            left.select("person", "left_out").unique("person"),
            on="person",
            how="left",
            maintain_order="left",
        )
        left_out.append(_counted(left, view, order))
        rings.append(_shown(ring, rules, view, order, "visit"))
        followed = [_followed(ring, rules)]
        told_by = rules_of(edition, order)
        for source, told in _told_rings(home, view, windows, told_by, percents, known):
            rings.append(_shown(told, told_by, view, order, source))
            followed.append(_followed(told, told_by))
        windows = _next_windows(pl.concat(followed), windows)
        known |= set(windows["person"])
    numbers = pl.concat([ring["person"] for ring in rings])
    contacts = pl.concat([ring.drop("person") for ring in rings])
    log_read(by, sorted(set(cases)), outbreak=home.name)
    counts = pl.concat(left_out)
    return Found(home.name, edition, tuple(sorted(cases)), contacts, numbers, counts, of_cases, view)


def unmask(found: Found, rows: Sequence[int] | None = None, *, purpose: str, by: Actor) -> pl.Series:
    """Who the contacts in these rows (all) are, as person ids; the audit keeps each with the purpose.

    Raises NotPermitted, NoPurpose.
    """
    check_may_see_persons(by)
    if not purpose.strip():
        raise NoPurpose()
    numbers = found.numbers if rows is None else found.numbers.gather(list(rows))
    persons = found.view.persons(numbers)
    log_read(by, persons, purpose, outbreak=found.outbreak)
    return persons


def case_windows(outbreak: str, cases: Collection[str], edition: Protocol, zone: str) -> pl.DataFrame:
    """When meeting these persons counts: columns of `core.contacts.search.WINDOWS`, the preferred window of a
    person first. Who is named by an entry that was merged comes out as the survivor."""
    episodes = case_episodes(outbreak, cases, edition, zone)
    windows = infectious_windows(episodes, edition, zone)
    return windows.sort("person_id", "episode", descending=[False, True], maintain_order=True)


def case_episodes(outbreak: str, cases: Collection[str], edition: Protocol, zone: str) -> pl.DataFrame:
    """The episodes of these persons that stand (see `core.contacts.episodes.find_episodes`)."""
    home = get_outbreak(outbreak)
    named = survivors_of(home, pl.Series(list(cases), dtype=pl.String))
    facts = settle(load_facts(home, persons=with_entries(home, named)))
    return find_episodes(facts, edition, zone).filter(
        pl.col("person_id").is_in(named.implode()) & pl.col("void_at").is_null()
    )


def _pairs(
    view: OutbreakView,
    windows: pl.DataFrame,
    rules: list[ContactRule],
    air_s: int,
    percents: Percents,
    engine: Engine,
    n_threads: int,
) -> pl.DataFrame:
    """One row a pair, columns of `engines.lake.search.find_pairs`."""
    if engine == "index":
        pairs = find_pairs(
            view.packed, make_windows(windows), make_rules(rules, percents), air_s, n_threads=n_threads
        )
    else:
        pairs = view.pairs_by_sql(windows, rules, air_s, percents, is_spark=engine == "spark")
    return pairs.filter(~pl.col("person").is_in(view.merged.implode()))


def _followed(ring: pl.DataFrame, rules: list[ContactRule]) -> pl.DataFrame:
    """The definite contacts of a ring with their first meeting; nobody who was only co-present is followed."""
    beside = [number for number, rule in enumerate(rules) if rule.category == "copresent_person"]
    definite = ring.filter((pl.col("certainty") == 0) & ~pl.col("rule").is_in(beside).fill_null(False))
    return definite.select(pl.col("person").cast(pl.UInt32), pl.col("first_s").cast(pl.Int64))


def _told_rings(
    home: Outbreak,
    view: OutbreakView,
    windows: pl.DataFrame,
    rules: list[ContactRule],
    percents: Percents,
    known: set[int],
) -> list[tuple[str, pl.DataFrame]]:
    """Whom interviews and lists name for the persons of the windows, and who shares their homes: by source, one row a
    person as `find_ring` gives them."""
    named = view.named_windows(windows)
    facts = load_told(home, named["person_id"].unique())
    pairs = find_told(facts, named, rules, percents)
    if pairs.is_empty():
        return []
    numbered = pairs.with_columns(
        person=view.numbers(pairs["person_id"]), via=view.numbers(pairs["case_person_id"])
    ).filter(~pl.col("person").is_in(known))
    rank = {rule.id: number for number, rule in enumerate(rules)}
    grade = {certainty: number for number, certainty in enumerate(CERTAINTIES)}
    best = numbered.with_columns(
        pl.col("certainty").replace_strict(grade, return_dtype=pl.UInt8),
        rule=pl.col("rule").replace_strict(rank, default=None, return_dtype=pl.Int8).fill_null(-1),
    ).filter(pl.col("certainty") == pl.col("certainty").min().over("person", "source"))
    rows = (
        best.sort("first_at", "via", nulls_last=True)
        .group_by("source", "person", maintain_order=True)
        .agg(
            pl.col("certainty").first(),
            pl.col("rule").min(),
            first_s=pl.col("first_at").min().dt.epoch("s"),
            last_s=pl.col("last_at").max().dt.epoch("s"),
            least_s=_sum_of_known("minutes_least", 60),
            most_s=_sum_of_known("minutes_most", 60),
            dose=_sum_of_known("dose_min", UNITS_PER_MIN),
            n_meetings=pl.col("n_meetings").sum(),
            n_via=pl.len(),
            via=pl.col("via").first(),
            place=pl.col("place_id").first(),
            setting=pl.col("setting").first(),
        )
        .with_columns(left_out=pl.lit(None, pl.String))
    )
    return [(source, part.drop("source")) for (source,), part in rows.group_by("source", maintain_order=True)]


def _sum_of_known(column: str, per_min: int) -> pl.Expr:
    total = (pl.col(column).sum() * per_min).round().cast(pl.Int64)
    return pl.when(pl.col(column).is_not_null().any()).then(total)


def _next_windows(followed: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """From their own first definite meeting on, contacts count in turn; whose first meeting nobody told, from the
    opening of the windows before."""
    rows = followed.group_by("person", maintain_order=True).agg(from_s=pl.col("first_s").min())
    opened = before["from_s"].min()
    return rows.select(
        "person",
        from_s=pl.col("from_s").fill_null(opened),
        until_s=pl.lit(None, pl.Int64),
        settings=pl.lit(mask_of(()), pl.UInt64),
    ).cast(WINDOWS)  # type: ignore[arg-type]


def _shown(
    ring: pl.DataFrame, rules: list[ContactRule], view: OutbreakView, order: int, source: str
) -> pl.DataFrame:
    """The ring as `FOUND`, with the number of each person."""
    ordered = ring.sort("certainty", "dose", "person", descending=[False, True, False], nulls_last=True)
    is_ruled = ordered["certainty"] < CERTAINTIES.index("short")
    rule = ordered["rule"].cast(pl.Int64).set(~is_ruled, None)
    names = pl.Series(CERTAINTIES)
    told = ordered.select(
        ring=pl.lit(order, pl.Int64),
        pseudonym=view.pseudonyms(ordered["person"]),
        source=pl.lit(source),
        certainty=names.gather(ordered["certainty"]),
        rule=_by_rule(rule, [each.id for each in rules]),
        category=_by_rule(rule, [each.category for each in rules]),
        first_at=pl.from_epoch("first_s", "s").dt.replace_time_zone("UTC").cast(INSTANT),
        last_at=pl.from_epoch("last_s", "s").dt.replace_time_zone("UTC").cast(INSTANT),
        minutes_least=pl.col("least_s") / 60,
        minutes_most=pl.col("most_s") / 60,
        dose_min=pl.col("dose") / UNITS_PER_MIN,
        n_meetings=pl.col("n_meetings").cast(pl.Int64),
        n_via=pl.col("n_via").cast(pl.Int64),
        via_pseudonym=view.pseudonyms(ordered["via"]),
        place_id=ordered["place"] if source != "visit" else view.place_ids(ordered["place"]),
        setting="setting",
        left_out="left_out",
        person=pl.col("person").cast(pl.UInt32),
    )
    return told.select(*FOUND, "person")


def _counted(left: pl.DataFrame, view: OutbreakView, order: int) -> pl.DataFrame:
    """Whom every case leaves out, counted as `LEFT_OUT`."""
    counts = count_left_out(left)
    return counts.select(
        pl.lit(order, pl.Int64).alias("ring"),
        view.pseudonyms(counts["case"]).alias("via_pseudonym"),
        "setting",
        "left_out",
        "n_left_out",
    )


def _by_rule(numbers: pl.Series, texts: list[str]) -> pl.Series:
    return numbers.replace_strict(dict(enumerate(texts)), default=None, return_dtype=pl.String)
