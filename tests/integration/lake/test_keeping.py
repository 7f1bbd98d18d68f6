"""Retention waits for what still rests on the visits: open orders, by the windows of their cases, and objections that
nobody has decided; but for neither for ever."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lastcase.editions.messages import render
from lastcase.ops.accounts.actor import command_line
from lastcase.ops.lake.errors import DaysDisputed, DaysHeld, DaysHeldAndDisputed
from lastcase.ops.lake.feed import append_visits
from lastcase.ops.lake.hold import disputed_on, hold_on, open_objections, open_orders
from lastcase.ops.lake.house import ready_lake
from lastcase.ops.lake.keep import EPOCH, Deleted, drop_visits_before
from lastcase.ops.lake.quick import VISITS
from lastcase.ops.records import actions
from lastcase.ops.records.models import AuditWrite
from lastcase.ops.records.outbreaks import get_outbreak
from tests.integration.acts.world import running
from tests.integration.records.world import found
from tests.integration.web.conftest import tree
from tests.integration.web.world import rows

__all__ = ["tree"]
N_DAYS = 40


def days_ago(n: float) -> date:
    return (datetime.now(UTC) - timedelta(days=n)).date()


@pytest.fixture
def lake(tree: None, tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Any) -> Any:
    """A visit a day for forty days, in an outbreak in which A3 and B3 are bound since yesterday, and A4, whom nobody
    released, was to be free some days ago."""
    settings.LASTCASE_HOME = tmp_path
    with django_capture_on_commit_callbacks(execute=True):
        running()
    noon = int(datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0).timestamp())
    starts = [noon - 86_400 * day for day in range(1, N_DAYS + 1)]
    visits = pl.DataFrame(
        {"person_id": "trial:A4", "place_id": "trial:shop", "unit": None, "start_s": starts},
    ).with_columns(end_s=pl.col("start_s") + 3_600, precision_s=pl.lit(None), visit_source=pl.lit("check_in"))
    house = ready_lake(get_outbreak("trial"))
    append_visits(house, visits.select(list(VISITS)).cast(VISITS))  # type: ignore[arg-type]
    return house.lake


def drop(day: date) -> Deleted:
    return drop_visits_before("trial", day, by=command_line())


def first_day(lake: Any) -> date:
    return EPOCH + timedelta(days=lake.manifest().days()[0])


def last_write() -> AuditWrite:
    return AuditWrite.objects.order_by("-id")[0]


def test_days_that_open_orders_rest_on_are_kept(lake: Any) -> None:
    assert drop(days_ago(30)).dropped.n_rows == 10
    assert last_write().counts["persons_given_up"] == 0

    with pytest.raises(DaysHeld) as refused:
        drop(days_ago(0))
    told = refused.value.params
    # A4 met the case nine days ago, whose window had opened two days before the swab of then.
    assert days_ago(13) <= told["first"] <= days_ago(9)
    assert told["n"] == 2
    assert told["goes"] > told["ends"] + timedelta(days=60)
    assert first_day(lake) == days_ago(30)
    audit = last_write()
    assert (audit.action, audit.counts) == ("drop_visits_held", {"persons": 2, "objections": 0})
    assert audit.details["first"] == told["first"].isoformat()

    drop(told["first"])
    assert first_day(lake) == told["first"]
    with pytest.raises(DaysHeld):
        drop(told["first"] + timedelta(days=1))


def test_an_order_that_nobody_closes_keeps_nothing_for_ever(lake: Any, settings: Any) -> None:
    """A4 was to be free tomorrow, B3 in nine days: five days before that end is as sixty after it, later on."""
    settings.LASTCASE_LAKE_HOLD_DAYS = -5
    with pytest.raises(DaysHeld) as refused:
        drop(days_ago(0))
    first = refused.value.params["first"]
    assert refused.value.params["n"] == 1
    assert days_ago(5) <= first <= days_ago(1)
    deleted = drop(first)
    assert (deleted.n_given_up, deleted.remains.is_none) == (1, True)
    assert last_write().counts["persons_given_up"] == 1
    assert first_day(lake) == first


def test_when_the_orders_have_ended_nothing_is_kept(lake: Any) -> None:
    home, now = get_outbreak("trial"), datetime.now(UTC)
    orders = open_orders(home, now)
    assert set(orders["person_id"]) == {"trial:A4", "trial:B3"}
    latest = orders["goes_at"].max()
    before, after = latest - timedelta(seconds=1), latest + timedelta(seconds=1)
    held = hold_on(orders, days_ago(0), before)
    assert held is not None
    assert held.goes_on == after.date() + timedelta(days=1)
    assert hold_on(orders, days_ago(0), after) is None
    assert hold_on(orders, orders["first_on"].min(), now) is None


def test_who_is_ruled_out_holds_nothing(lake: Any, django_capture_on_commit_callbacks: Any) -> None:
    out = [
        {
            "case_person_id": case,
            "person_id": person,
            "judgement": "ruled_out",
            "judged_at": datetime.now(UTC),
        }
        for case, person in (("trial:A0", "trial:A4"), ("trial:A1", "trial:B3"))
    ]
    with django_capture_on_commit_callbacks(execute=True):
        actions.record_facts(
            "trial", {"judgements": rows("judgements", *out)}, by=command_line(), feed="test"
        )
    assert drop(days_ago(0)).dropped.n_rows == N_DAYS


def object_to(about: str, days: float = 1, **more: Any) -> str:
    """An objection of A4's raised so many days ago; its id."""
    row = {
        "objection_id": f"{about}-{days}",
        "person_id": "trial:A4",
        "about": about,
        "raised_at": datetime.now(UTC) - timedelta(days=days),
        "raised_by": "person",
        "statement": "It was not me",
        **more,
    }
    actions.record_facts("trial", {"objections": rows("objections", row)}, by=command_line(), feed="test")
    return str(row["objection_id"])


def at_shop(days: float) -> dict[str, Any]:
    """The visit of so many days ago."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return {"place_id": "trial:shop", "start_at": noon - timedelta(days=days)}


def decide(objection_id: str, decision: str) -> None:
    from lastcase.ops.records.actions.objections import decide_objection

    now = datetime.now(UTC)
    decide_objection(
        "trial", objection_id=objection_id, decision=decision, note="heard", at=now, by=command_line()
    )


def test_the_day_of_a_disputed_visit_is_kept_until_it_is_decided(lake: Any) -> None:
    disputed = object_to("visit", **at_shop(25))
    with pytest.raises(DaysDisputed) as refused:
        drop(days_ago(20))
    told = refused.value.params
    assert told["first"] == days_ago(25)
    assert (told["n_objections"], told["n_objecting"]) == (1, 1)
    assert told["objections_go"] == days_ago(1 - 90) + timedelta(days=1)
    for lang in ("en", "zh"):
        assert str(days_ago(25)) in render(refused.value.message_id, told, lang)
    audit = last_write()
    assert (audit.action, audit.counts) == ("drop_visits_held", {"persons": 0, "objections": 1})

    drop(days_ago(25))
    assert first_day(lake) == days_ago(25)
    decide(disputed, "rejected")
    deleted = drop(days_ago(20))
    assert (deleted.n_objections_given_up, deleted.remains.is_none) == (0, True)
    assert first_day(lake) == days_ago(20)


def test_orders_and_objections_are_told_apart(lake: Any) -> None:
    object_to("visit", **at_shop(25))
    with pytest.raises(DaysHeldAndDisputed) as refused:
        drop(days_ago(0))
    told = refused.value.params
    assert (told["n"], told["n_objections"], told["first"]) == (2, 1, days_ago(25))
    for lang in ("en", "zh"):
        assert "{" not in render(refused.value.message_id, told, lang)
    assert last_write().counts == {"persons": 2, "objections": 1}


@pytest.mark.parametrize("about", ["contact", "order"])
def test_days_of_the_exposures_that_somebody_disputes_are_kept(
    lake: Any, settings: Any, django_capture_on_commit_callbacks: Any, about: str
) -> None:
    """Also where the exposure was ruled out, or the order has ended."""
    settings.LASTCASE_LAKE_HOLD_DAYS = -1_000
    with django_capture_on_commit_callbacks(execute=True):
        object_to(about, **({"case_person_id": "trial:A0"} if about == "contact" else {"order_key": "x"}))
        out = {"judgement": "ruled_out", "judged_at": datetime.now(UTC)}
        judged = rows("judgements", {"case_person_id": "trial:A0", "person_id": "trial:A4", **out})
        actions.record_facts("trial", {"judgements": judged}, by=command_line(), feed="test")
    with pytest.raises(DaysDisputed) as refused:
        drop(days_ago(0))
    # A4 met the case nine days ago, whose window had opened two days before the swab of then.
    assert days_ago(13) <= refused.value.params["first"] <= days_ago(9)


def test_an_objection_that_nobody_decides_keeps_nothing_for_ever(lake: Any, settings: Any) -> None:
    settings.LASTCASE_LAKE_HOLD_DAYS, settings.LASTCASE_LAKE_OBJECTION_DAYS = -1_000, 5
    object_to("visit", days=6, **at_shop(25))
    object_to("visit", days=4, **at_shop(15))
    with pytest.raises(DaysDisputed) as refused:
        drop(days_ago(0))
    assert (refused.value.params["n_objections"], refused.value.params["first"]) == (1, days_ago(15))
    deleted = drop(days_ago(15))
    assert deleted.n_objections_given_up == 1
    assert last_write().counts["objections_given_up"] == 1
    home, now = get_outbreak("trial"), datetime.now(UTC)
    waiting = open_objections(home, now)
    assert waiting.height == 2
    assert disputed_on(waiting, days_ago(0), now + timedelta(days=2)) is None


def test_an_objection_is_followed_through_a_merge(lake: Any) -> None:
    object_to("contact", case_person_id="trial:A0", person_id="trial:A5")
    home, now = get_outbreak("trial"), datetime.now(UTC)
    assert open_objections(home, now).is_empty()  # A5 met nobody
    actions.merge_pairs("trial", [("trial:A5", "trial:A4")], reason="one", at=now, by=command_line())
    assert open_objections(home, now)["person_id"].to_list() == ["trial:A4"]


def test_without_an_edition_nobody_is_bound_and_days_go(db: None, tmp_path: Path, settings: Any) -> None:
    settings.LASTCASE_HOME = tmp_path
    found("bare", area_id=None)
    row = {"person_id": "bare:1", "place_id": "bare:shop", "unit": None, "start_s": 1_657_000_000}
    visit = pl.DataFrame([row | {"end_s": 1_657_000_600, "precision_s": None, "visit_source": "ticket"}])
    append_visits(ready_lake(get_outbreak("bare")), visit.select(list(VISITS)).cast(VISITS))  # type: ignore[arg-type]
    deleted = drop_visits_before("bare", date(2022, 8, 1), by=command_line())
    assert (deleted.dropped.n_rows, deleted.n_given_up) == (1, 0)
