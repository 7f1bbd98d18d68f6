"""The brief: the state of an outbreak, or of one of its areas, at an instant, as plain numbers that add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

import polars as pl

from lastcase.core.answers import Answers
from lastcase.core.bulletin import data_of, lead_of, published_of, rows_behind
from lastcase.core.contacts.episodes import QUARANTINE_KINDS, find_episodes
from lastcase.core.days import at
from lastcase.core.detection import counted_episodes
from lastcase.core.duties.clocks import states_at
from lastcase.core.duties.coverage import coverage, covered_kinds, n_duties
from lastcase.core.ending import ending
from lastcase.core.facts.merge import resolve_merges
from lastcase.core.facts.store import Facts
from lastcase.core.outbreak import Outbreak
from lastcase.core.protocol.model import EndRule
from lastcase.core.risk_areas.standing import count_at
from lastcase.core.risk_areas.tree import within
from lastcase.core.seat import seat_of
from lastcase.core.targets import TargetStatus, progress, target_sets

Pick = Callable[[pl.DataFrame], pl.DataFrame]
LEVELS = ("high", "medium", "low")
_ENDED = ("lapsed", "superseded", "exempt", "handed_over")
_TRIED = ("attempted", "refused", "lost")


def brief(
    facts: Facts,
    outbreak: Outbreak,
    answers: Answers,
    as_of: datetime,
    *,
    area_id: str | None = None,
    day0: date | Mapping[str, date] | None = None,
    states: pl.DataFrame | None = None,
    shares: pl.DataFrame | None = None,
) -> dict[str, object]:
    """The brief at `as_of` (aware), ready for JSON; instants in it are local with offset.

    `area_id` limits persons to those named by, present in or living in the area; None: the whole outbreak.
    `day0` (one date, or one for each target set) stands in for the signed decision. `states` and `shares`: the area's
    duties with their states and their coverage, where the caller has them already.

    `cases.total` is the sum of `cases.by_status`: episodes of counted statuses found by `as_of`; other
    statuses stand in `cases.not_counted`. `contacts.close` and `.secondary` are persons ever under the
    category by then, `_active` those still followed. Of `duties`, `owed` = `done` + `overdue` + `due`: what
    was to be done by now or may be done now; `not_yet_due` opens later, and what was ended, exempted or
    handed over (`ended`) is owed no more. `by_kind` has the same five numbers and adds up to them.
    `contacts.unnamed` are exposed persons known by number only. `ending` is the end clock of the whole
    outbreak: cases whose closing event is still missing, and the last clean day. `coverage` holds shares in
    [0, 1], null without source or without anything due; its counts are in `coverage_detail`. Numbers in
    `risk_areas` are null where there is no list.
    """
    edition, facts = outbreak.edition_at(as_of), resolve_merges(facts)
    scope = _Scope(facts, None if area_id == outbreak.area_id else area_id)
    about = area_id or seat_of(facts, outbreak)
    limited = scope.answers(answers)
    cases = _counted_cases(scope, outbreak, answers, as_of)
    states = states_at(limited.duties, as_of) if states is None else states
    shares = coverage(states, covered_kinds(facts)) if shares is None else shares
    unnamed = int(_unnamed(scope, as_of)["n_exposed"].sum())
    return {
        "as_of": as_of.astimezone(outbreak.zone).isoformat(),
        "outbreak": outbreak.name,
        "edition": edition.id,
        "disease": outbreak.disease,
        "time_zone": outbreak.time_zone,
        "area_id": about,
        "lead": lead_of(facts, outbreak, limited, cases, scope.stays(), as_of, about),
        "cases": _cases(scope, outbreak, cases, as_of),
        "contacts": _contacts(limited.contact_persons, as_of) | {"unnamed": unnamed},
        "duties": duty_counts(states, as_of),
        "coverage": dict(shares.select("alls", "share").iter_rows()),
        "coverage_detail": {row.pop("alls"): row for row in shares.to_dicts()},
        "risk_areas": {level: count_at(facts, level, as_of, about) for level in LEVELS},
        "targets": [
            target_row(status)
            for name in target_sets(edition)
            for status in progress(facts, outbreak, answers, name, _day0(day0, name), as_of, about)
        ],
        "ending": _ending(facts, outbreak, as_of) if scope.is_whole else None,
        "published": published_of(facts, outbreak, about, as_of),
        "data": data_of(facts, outbreak, as_of),
    }


def looked_at(facts: Facts, outbreak: Outbreak) -> dict[str, Pick]:
    """Of the largest tables, how to take the rows and columns that `brief` looks at where states and shares are given:
    from these alone it is the same. Of each person's rows it can be told by themselves which are taken."""
    pools = facts["pools"]
    positive = pools.filter(pl.col("result") == "positive")["pool_id"].implode()
    in_positive = pl.col("result").is_null() & pl.col("pool_id").is_in(positive)
    results = ["positive", "negative"] if _counts_negatives(outbreak) else ["positive"]
    tests = (pl.col("result").is_in(results) | in_positive).fill_null(False)
    return {
        "specimens": lambda rows: rows.filter(tests),
        "exposures": _waiting,
        "orders": _past_end,
        "contact_persons": lambda rows: rows.select(_OF_CONTACTS),
        "duties": lambda rows: rows.clear(),
    }


def _counts_negatives(outbreak: Outbreak) -> bool:
    """Whether an edition counts the end from negative tests."""
    ends = [rule for one in outbreak.adoptions for rule in one.edition.of_kind(EndRule)]
    return any("negative_test" in rule.counted_from for rule in ends)


_OF_CONTACTS = ("person_id", "area_id", "category", "named_at", "ends_at", "closed_at")
_OF_ORDERS = ("person_id", "area_id", "category", "needs_release_test", "ends_at", "released_at", "closed_at")


def _past_end(orders: pl.DataFrame) -> pl.DataFrame:
    """Orders that can bind beyond their end: those that a test releases from."""
    return orders.select(_OF_ORDERS).filter(pl.col("needs_release_test").fill_null(False))


def _waiting(exposures: pl.DataFrame) -> pl.DataFrame:
    """Exposures that wait, or waited, for an investigator; of those that wait, each person's first that an area
    names."""
    told = exposures.select("person_id", "area_id", "found_at", "verdict", "reason", "judged_at")
    pending = (pl.col("verdict") == "pending").fill_null(False)
    by_time = told.filter(pending).sort("found_at", nulls_last=False)
    first = by_time.unique(["person_id", "area_id"], keep="first")
    return pl.concat([first, told.filter((pl.col("reason") == "judged").fill_null(False) & ~pending)])


def cases_of(
    facts: Facts, outbreak: Outbreak, answers: Answers, as_of: datetime, *, area_id: str | None = None
) -> pl.DataFrame:
    """The cases that `brief` counts as `cases.total`, one row each, with `detection`, `control` and
    `is_quarantined`."""
    facts = resolve_merges(facts)
    scope = _Scope(facts, None if area_id == outbreak.area_id else area_id)
    return _counted_cases(scope, outbreak, answers, as_of)


def names_behind(
    facts: Facts, outbreak: Outbreak, answers: Answers, as_of: datetime, *, area_id: str | None = None
) -> dict[str, pl.DataFrame | None]:
    """The rows behind each number of the brief's lead (see `bulletin.rows_behind`), by the same arguments."""
    facts = resolve_merges(facts)
    scope = _Scope(facts, None if area_id == outbreak.area_id else area_id)
    cases = _counted_cases(scope, outbreak, answers, as_of)
    return rows_behind(facts, outbreak, scope.answers(answers), cases, scope.stays(), as_of)


def unnamed_groups(
    facts: Facts, outbreak: Outbreak, as_of: datetime, *, area_id: str | None = None
) -> pl.DataFrame:
    """Exposed persons known by number only, such as "about 30 on the bus": the rows behind
    `contacts.unnamed`."""
    facts = resolve_merges(facts)
    return _unnamed(_Scope(facts, None if area_id == outbreak.area_id else area_id), as_of)


def target_row(status: TargetStatus) -> dict[str, object]:
    """One target as a row for JSON."""
    return {
        "id": status.id,
        "target_set": status.target_set,
        "day": status.day,
        "due_on": status.due_on.isoformat() if status.due_on else None,
        "numerator": status.numerator,
        "value": status.value,
        "limit": status.limit,
        "status": status.status,
        "area_id": status.area_id,
    }


def duty_counts(states: pl.DataFrame, as_of: datetime) -> dict[str, object]:
    """Counts of duties that carry a `state`, in all and by kind (see `brief` for what adds up to what).

    Where the frame has a column `n`, each row stands for so many duties.
    A duty that was tried in vain is overdue once its time is past, and due before.
    """
    late = pl.col("is_late") & pl.col("state").is_in(_TRIED)
    standing = (
        pl.when(late)
        .then(pl.lit("overdue"))
        .when(pl.col("state").is_in(_TRIED))
        .then(pl.lit("due"))
        .when(pl.col("state").is_in(_ENDED))
        .then(pl.lit("ended"))
        .otherwise("state")
    )
    names = ("done", "overdue", "due", "not_yet_due", "ended")
    alike = states.group_by("kind", "state", is_late=(pl.col("due_at") <= at(as_of)).fill_null(False)).agg(
        n=n_duties(states)
    )
    by_kind = (
        alike.with_columns(standing=standing)
        .group_by("kind")
        .agg(pl.col("n").filter(pl.col("standing") == name).sum().alias(name) for name in names)
        .sort("kind")
        .select("kind", pl.sum_horizontal("done", "overdue", "due").alias("owed"), *names)
    )
    rows = {row.pop("kind"): row for row in by_kind.to_dicts()}
    return {**{name: int(by_kind[name].sum()) for name in ("owed", *names)}, "by_kind": rows}


class _Scope:
    """The persons and rows of one area; everything where no area limits."""

    def __init__(self, facts: Facts, area_id: str | None) -> None:
        self._facts = facts
        self._areas = None if area_id is None else within(facts["areas"], area_id)

    def rows(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows named by the area (`area_id`), or about a person who is or lives in it."""
        if self._areas is None:
            return frame
        inside = pl.col("person_id").is_in(self._persons().implode())
        if "area_id" in frame.columns:
            inside = inside | pl.col("area_id").is_in(self._areas.implode()).fill_null(False)
        return frame.filter(inside)

    def stays(self) -> pl.DataFrame | None:
        """Stays of the area's persons; null where the record holds none of anybody: there is no source then."""
        stays = self._facts["stays"]
        return None if stays.is_empty() else self.rows(stays)

    def answers(self, answers: Answers) -> Answers:
        """Answers about persons, limited to the area."""
        if self._areas is None:
            return answers
        return Answers(
            exposures=self.rows(answers.exposures),
            contact_persons=self.rows(answers.contact_persons),
            orders=self.rows(answers.orders),
            duties=self.rows(answers.duties),
            risk_area_clocks=answers.risk_area_clocks,
            area_blockers=self.rows(answers.area_blockers),
            area_proposals=self.rows(answers.area_proposals),
            detections=self.rows(answers.detections),
            test_rounds=answers.test_rounds,
        )

    def _persons(self) -> pl.Series:
        areas = pl.Series("area_id", [], pl.String) if self._areas is None else self._areas
        here = pl.coalesce("present_area_id", "residence_area_id").is_in(areas.implode())
        home = pl.col("residence_area_id").is_in(areas.implode())
        return self._facts["persons"].filter((here | home).fill_null(False))["person_id"]

    @property
    def is_whole(self) -> bool:
        """Whether no area limits."""
        return self._areas is None

    @property
    def unlimited(self) -> Facts:
        """All facts of the outbreak."""
        return self._facts


def _counted_cases(scope: _Scope, outbreak: Outbreak, answers: Answers, as_of: datetime) -> pl.DataFrame:
    """Counted episodes of the area found by `as_of`, with `detection`, `control` and `is_quarantined`."""
    facts = scope.unlimited
    held = facts["stays"].filter(pl.col("stay_kind").is_in(QUARANTINE_KINDS))["stay_id"]
    told = answers.detections.select("person_id", "episode", "detection", "control")
    episodes = counted_episodes(facts, outbreak).join(told, on=["person_id", "episode"], how="left")
    stay = pl.col("control").str.strip_prefix("stays:")
    quarantined = stay.is_in(held.implode()).fill_null(False)
    return scope.rows(episodes).filter(_found_by(as_of)).with_columns(is_quarantined=quarantined)


def _found_by(as_of: datetime) -> pl.Expr:
    return (pl.col("found_at") <= at(as_of)).fill_null(True)


def _cases(scope: _Scope, outbreak: Outbreak, cases: pl.DataFrame, as_of: datetime) -> dict[str, object]:
    every = find_episodes(scope.unlimited, outbreak.edition_at(as_of), outbreak.time_zone)
    others = scope.rows(every).filter(_found_by(as_of)).join(cases, on=["person_id", "episode"], how="anti")
    return {"total": cases.height, "by_status": _by_status(cases), "not_counted": _by_status(others)}


def _by_status(episodes: pl.DataFrame) -> dict[str, int]:
    counted = episodes.group_by("case_status").len().sort("case_status")
    return {str(status): int(n) for status, n in counted.iter_rows()}


def _contacts(contacts: pl.DataFrame, as_of: datetime) -> dict[str, int]:
    now = at(as_of)
    is_known = (pl.col("named_at") <= now).fill_null(True)
    is_over = (pl.col("closed_at") <= now).fill_null(False) | (pl.col("ends_at") <= now).fill_null(False)
    counted: dict[str, pl.Expr] = {}
    for short, category in {"close": "close_contact", "secondary": "secondary_contact"}.items():
        is_meant = is_known & (pl.col("category") == category)
        counted[short] = pl.col("person_id").filter(is_meant).n_unique()
        counted[f"{short}_active"] = pl.col("person_id").filter(is_meant & ~is_over).n_unique()
    return contacts.select(**counted).row(0, named=True)


def _unnamed(scope: _Scope, as_of: datetime) -> pl.DataFrame:
    groups = scope.unlimited["exposed_groups"].with_columns(person_id="case_person_id")
    return scope.rows(groups).filter((pl.col("exposed_at") <= at(as_of)).fill_null(True))


def _ending(facts: Facts, outbreak: Outbreak, as_of: datetime) -> dict[str, object] | None:
    """The end clock of the outbreak; null without a rule for it."""
    found = ending(facts, outbreak, as_of)
    if found is None:
        return None
    dates = {
        name: day.isoformat() if day else None
        for name, day in (("last_on", found.last_on), ("ends_on", found.ends_on))
    }
    return {"rule": found.rule, "clean_days": found.clean_days, "n_waiting": found.n_waiting, **dates}


def _day0(given: date | Mapping[str, date] | None, name: str) -> date | None:
    return given.get(name) if isinstance(given, Mapping) else given
