"""Cases and their close contacts followed through the lake: whoever met one long enough comes into the record.

The visits of both sides become facts, and what follows of them (candidates, automatic orders, duties) is derived as
from any other fact. Nobody else is unmasked. A person whose facts change, a window that is corrected and visits that
come late are followed by the same few steps, and nothing is written that is on record already.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lastcase.core.contacts.dose import dose_percents
from lastcase.core.contacts.fit import shared_air_min
from lastcase.core.contacts.follow import windows_to_follow
from lastcase.core.contacts.search import settings_of, visit_rules
from lastcase.core.contacts.shortlist import caps_of
from lastcase.core.contacts.units import most_rows, parts_meet, rows_between, with_seats
from lastcase.core.derive import settle
from lastcase.core.facts.field import INSTANT
from lastcase.core.facts.store import Facts
from lastcase.core.protocol.model import ContactRule, Protocol
from lastcase.engines.lake.qualities import extend_qualities, slack_of
from lastcase.engines.lake.search import WINDOWS, find_pairs, make_rules, make_windows, mask_of
from lastcase.engines.lake.segment import SCHEMA, build_segment, days_of
from lastcase.engines.lake.spots import extend_spots
from lastcase.engines.lake.stays import find_case_stays, find_whole_stays
from lastcase.engines.lake.view import ANY_SETTING, SETTING_BITS, View, make_view, with_segments
from lastcase.ops.lake.candidates import mark_left_out
from lastcase.ops.lake.standing import StandingLake

SHORT = 2
"""From this certainty on a meeting was too short for any rule."""


@dataclass(frozen=True)
class _Followed:
    """A standing lake with the visits that those who are followed told of themselves, for one search. `persons`: those
    whom the lake does not know, numbered after its own."""

    lake: StandingLake
    packed: View
    spots: pl.DataFrame
    classes: pl.DataFrame
    others: pl.Series

    def numbers(self, persons: pl.Series) -> pl.Series:
        return _numbers(self.lake, self.others, persons)

    def settings(self, places: pl.Series) -> pl.Series:
        """The settings of places by their number; null where none is known."""
        bits = pl.Series(self.packed.ground.setting_of[places.to_numpy()], dtype=pl.UInt8)
        names = {bit: setting for setting, bit in SETTING_BITS.items()}
        return bits.replace_strict(names, default=None, return_dtype=pl.String)

    def persons(self, numbers: pl.Series) -> pl.Series:
        n_known = self.lake.dictionary.n_persons
        rows = pl.DataFrame({"number": numbers.cast(pl.Int64)})
        known = self.lake.dictionary.everybody.gather(rows["number"].clip(upper_bound=max(0, n_known - 1)))
        if self.others.is_empty():
            return known
        other = self.others.gather((rows["number"] - n_known).clip(lower_bound=0))
        return rows.select(pl.when(pl.col("number") < n_known).then(known).otherwise(other)).to_series()


def visits_that_met(
    lake: StandingLake,
    facts: Facts,
    persons: pl.Series | None,
    edition: Protocol,
    zone: str,
    entries: pl.DataFrame,
) -> pl.DataFrame:
    """Rows of the fact table `visits` that follow from the lake for these persons (null: everybody in `facts`).

    Of cases the visits in their windows; of others those to places for which a rule asks that touch one of a case or a
    close contact, where all of them together are long enough for the rule, definitely or possibly, and the person is on
    the short list; of close contacts those that are touched. `facts`: of the persons and of whoever exposed them.
    `entries`: the other ids (`entry_id`) under which a person (`person_id`) is on record: the lake knows each by the id
    of its feed, and a visit is returned under that one. Rows may be on record already.
    """
    windows = windows_to_follow(settle(facts), edition, zone)
    found = []
    for order, named in windows.items():
        mine = named if persons is None else named.filter(pl.col("person_id").is_in(persons.implode()))
        rules = [rule for rule in visit_rules(edition, order) if rule.category != "copresent_person"]
        if not mine.is_empty() and rules:
            air_s = round(shared_air_min(edition) * 60) if order == 1 else 0
            named_so = _by_every_id(mine, entries)
            found.append(_met(lake, facts, named_so, entries, edition, rules, air_s, is_own=order == 1))
    return pl.concat(found).unique(KEY, keep="first", maintain_order=True) if found else _none()


KEY = ("person_id", "place_id", "start_at")


def _by_every_id(windows: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    others = windows.join(entries, on="person_id").with_columns(person_id="entry_id")
    return pl.concat([windows, others.select(windows.columns)])


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema=FOUND)


FOUND: dict[str, pl.DataType] = {
    "person_id": pl.String(),
    "place_id": pl.String(),
    "start_at": INSTANT,
    "end_at": INSTANT,
    "unit": pl.String(),
    "precision_min": pl.Float64(),
    "visit_source": pl.String(),
}


def _met(
    lake: StandingLake,
    facts: Facts,
    named: pl.DataFrame,
    entries: pl.DataFrame,
    edition: Protocol,
    rules: list[ContactRule],
    air_s: int,
    *,
    is_own: bool,
) -> pl.DataFrame:
    """As `visits_that_met`, for one ring. `is_own`: all visits of those who are followed, or those alone that met."""
    view = _with_told(lake, facts, named["person_id"].unique())
    windows = _numbered(view, named)
    ruled = make_rules(rules, dose_percents(edition))
    pairs = find_pairs(view.packed, make_windows(windows), ruled, air_s).filter(pl.col("certainty") < SHORT)
    pairs = _of_two_persons(pairs, view, entries)
    marked = mark_left_out(pairs, view.settings(pairs["place"]), rules, caps_of(edition))
    met = marked.filter(pl.col("left_out").is_null()).select(pl.col("case").cast(pl.UInt32), "person")
    own, theirs = _stays_of_pairs(view, windows, met, air_s, settings_of(rules), most_rows(rules))
    if is_own:
        own = find_whole_stays(view.packed, make_windows(windows))
    return _as_facts(pl.concat([own, theirs]), view)


def _of_two_persons(pairs: pl.DataFrame, view: _Followed, entries: pl.DataFrame) -> pl.DataFrame:
    """The pairs but for those of two entries of one person."""
    same = pl.DataFrame(
        {"entry": view.numbers(entries["entry_id"]), "own": view.numbers(entries["person_id"])}
    ).drop_nulls()
    if same.is_empty():
        return pairs
    one, other = (
        pl.col(name).cast(pl.UInt32).replace(same["entry"], same["own"]) for name in ("case", "person")
    )
    return pairs.filter(one != other)


def _with_told(lake: StandingLake, facts: Facts, persons: pl.Series) -> _Followed:
    """The lake with what these persons told of themselves, but for what a visit of the lake confirms: that one is
    surer of the place and the time."""
    told = facts["visits"].filter(
        pl.col("person_id").is_in(persons.implode()) & (pl.col("end_at") > pl.col("start_at"))
    )
    others = persons.filter(lake.dictionary.numbers(persons).is_null())
    settings = facts["places"].select("place_id", "setting")
    rows = told.join(settings, on="place_id", how="left", maintain_order="left").with_columns(
        person=_numbers(lake, others, told["person_id"]),
        start_s=pl.col("start_at").dt.epoch("s"),
        end_s=pl.col("end_at").dt.epoch("s"),
        precision_s=(pl.col("precision_min") * 60).round().cast(pl.Int64),
    )
    near = lake.spots.filter(pl.col("place_id").is_in(rows["place_id"].unique().implode()))
    rows = _unconfirmed(lake, rows, near)
    classes, quality = extend_qualities(lake.classes, rows.select("visit_source", "precision_s"))
    known = rows.join(near, on=["place_id", "unit"], how="left", nulls_equal=True, maintain_order="left")
    n_persons = lake.dictionary.n_persons + len(others)
    slack_s, spots = slack_of(classes), lake.spots
    if known["spot"].has_nulls():  # a part of a place that no visit of the lake names
        spots, spot = extend_spots(lake.spots, rows.select("place_id", "unit", "setting"))
        base = make_view(lake.base.segments, spots, slack_s, n_persons)
    else:
        spot, base = known["spot"], lake.base
    numbered = rows.select(
        pl.col("person").cast(pl.UInt32), "start_s", "end_s", spot=spot, quality=quality
    ).select(list(SCHEMA))
    segments = [
        build_segment(day, part, n_persons, spots.height)
        for (day,), part in numbered.group_by(days_of(numbered).alias("day"))
    ]
    packed = with_segments(base, segments, slack_s, n_persons)
    named = pl.DataFrame(
        [(number, *quality) for number, quality in enumerate(classes)],
        schema={"quality": pl.UInt8, "visit_source": pl.String, "precision_s": pl.Int64},
        orient="row",
    )
    return _Followed(lake, packed, spots, named, others)


def _unconfirmed(lake: StandingLake, told: pl.DataFrame, near: pl.DataFrame) -> pl.DataFrame:
    """The told visits that no visit of the lake by the same person to the same place overlaps."""
    if told.is_empty():
        return told
    around = told.group_by("person").agg(from_s=pl.col("start_s").min(), until_s=pl.col("end_s").max())
    known = around.filter(pl.col("person") < lake.base.n_persons).select(
        pl.col("person").cast(pl.UInt32), "from_s", "until_s", settings=pl.lit(ANY_SETTING, pl.UInt64)
    )
    stays = find_whole_stays(lake.base, make_windows(known))
    seen = stays.join(near.select("spot", "place_id"), on="spot").select(
        "person", "place_id", seen_from_s="start_s", seen_until_s="end_s"
    )
    confirmed = (
        told.with_row_index("row")
        .join(seen, on=["person", "place_id"])
        .filter((pl.col("start_s") < pl.col("seen_until_s")) & (pl.col("end_s") > pl.col("seen_from_s")))
    )
    return told.with_row_index("row").join(confirmed.select("row"), on="row", how="anti").drop("row")


def _numbered(view: _Followed, named: pl.DataFrame) -> pl.DataFrame:
    masks = [mask_of(tuple(settings)) for settings in named["window_settings"].to_list()]
    return named.select(
        person=view.numbers(named["person_id"]),
        from_s=pl.col("window_start_at").dt.epoch("s"),
        until_s=pl.col("window_end_at").dt.epoch("s"),
        settings=pl.Series(masks, dtype=pl.UInt64),
    ).cast(WINDOWS)  # type: ignore[arg-type]


def _stays_of_pairs(
    view: _Followed,
    windows: pl.DataFrame,
    met: pl.DataFrame,
    air_s: int,
    settings: list[str] | None,
    rows: int | None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The stays by which the pairs met, whole: of those who are followed, and of those whom they met."""
    cut = find_case_stays(view.packed, make_windows(windows))
    whole = find_whole_stays(view.packed, make_windows(windows))
    # A stay of somebody met may begin long before the windows and end in them, and in the air after a case.
    closes = None if windows["until_s"].has_nulls() else windows["until_s"].max()
    around = met.select(
        pl.col("person").unique(),
        from_s=pl.lit(windows["from_s"].min(), pl.Int64),
        until_s=pl.lit(closes, pl.Int64) + air_s,
        settings=pl.lit(ANY_SETTING, pl.UInt64),
    )
    theirs = find_whole_stays(view.packed, make_windows(around)).with_row_index("row")
    ground = with_seats(_ground_of(view, pl.concat([cut["spot"], theirs["spot"]]).unique()))
    if settings is not None:
        ground = ground.filter(pl.col("setting").is_in(settings))
    came = cut.join(ground, on="spot").select(
        "place",
        case="person",
        case_spot="spot",
        case_part="part",
        case_row="seat_row",
        came_s="start_s",
        left_s="end_s",
    )
    touching = (
        theirs.join(ground, on="spot")
        .join(met, on="person")
        .join(came, on=["case", "place"])
        .filter(
            (pl.col("start_s") < pl.col("left_s") + air_s)
            & (pl.col("end_s") > pl.col("came_s"))
            & parts_meet("part", "case_part")
        )
    )
    if rows is not None:
        touching = touching.filter((rows_between("seat_row", "case_row") <= rows).fill_null(True))
    kept = theirs.join(touching.select("row").unique(), on="row", how="semi").drop("row")
    touched = touching.select(person="case", spot="case_spot", from_s="came_s", to_s="left_s").unique()
    own = (
        whole.with_row_index("row")
        .join(touched, on=["person", "spot"])
        .filter((pl.col("start_s") < pl.col("to_s")) & (pl.col("end_s") > pl.col("from_s")))
    )
    return whole.with_row_index("row").join(own.select("row").unique(), on="row", how="semi").drop(
        "row"
    ), kept


def _ground_of(view: _Followed, spots: pl.Series) -> pl.DataFrame:
    """The rows of the register of these spots; a spot's number is its row."""
    return view.spots[spots.cast(pl.UInt32)].select("spot", "place", "place_id", "unit", "setting")


def _as_facts(stays: pl.DataFrame, view: _Followed) -> pl.DataFrame:
    ground = _ground_of(view, stays["spot"].unique())
    rows = stays.join(ground, on="spot", how="left", maintain_order="left").join(
        view.classes, on="quality", how="left", maintain_order="left"
    )
    facts = rows.select(
        "place_id",
        "unit",
        "visit_source",
        person_id=view.persons(rows["person"]),
        start_at=_instant("start_s"),
        end_at=_instant("end_s"),
        precision_min=pl.col("precision_s") / 60,
    )
    # Two records of one visit under one key: the surer stands.
    ordered = facts.sort("precision_min", nulls_last=False)
    return ordered.unique(KEY, keep="first", maintain_order=True).select(
        pl.col(name).cast(dtype) for name, dtype in FOUND.items()
    )


def _instant(seconds: str) -> pl.Expr:
    return pl.from_epoch(seconds, "s").dt.replace_time_zone("UTC").cast(INSTANT)


def _numbers(lake: StandingLake, others: pl.Series, persons: pl.Series) -> pl.Series:
    """Numbers of persons: the dictionary's, else their place among the others after it."""
    numbers = lake.dictionary.numbers(persons)
    if others.is_empty():
        return numbers
    extra = pl.DataFrame({"person_id": others}).with_row_index("extra", offset=lake.dictionary.n_persons)
    joined = pl.DataFrame({"person_id": persons, "number": numbers}).join(
        extra, on="person_id", how="left", maintain_order="left"
    )
    return joined.select(pl.coalesce("number", "extra").cast(pl.UInt32)).to_series()
