"""Who may do what with the lake, by kind of post and by place: asked in the action itself, whoever calls it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from lastcase.ops.accounts.actor import Actor, nobody
from lastcase.ops.accounts.errors import NotPermitted
from lastcase.ops.accounts.powers import POST_KINDS, POWERS_OF
from lastcase.ops.lake.diary import issue_diary_code
from lastcase.ops.lake.errors import NoCases
from lastcase.ops.lake.feed import import_visits
from lastcase.ops.lake.find import find_contacts, unmask
from lastcase.ops.lake.house import open_lake
from lastcase.ops.lake.keep import compact_lake, drop_visits_before, rekey_lake, verify_lake
from lastcase.ops.lake.places import find_place_times, find_shared_places
from lastcase.ops.records.models import AuditRead
from lastcase.ops.records.outbreaks import get_outbreak
from lastcase.ops.records.refresh import refresh
from tests.integration.lake.test_following import CASE, PEOPLE, PLACES, check_ins
from tests.integration.records.world import OPERATOR, as_web, at, found, post, record, rows
from tests.kept import kept

pytestmark = pytest.mark.django_db

FILE = "person_id,place_id,start_at,end_at\n2,office,2022-07-11 09:00,2022-07-11 10:00\n"
Act = Callable[[Actor, Path], object]
SEEING, IMPORTING, CODING = ("see_persons",), ("import",), ("see_persons", "record")
ACTS: dict[str, tuple[tuple[str, ...], Act]] = {
    "find": (SEEING, lambda by, _: find_contacts("b", ["b:1"], by=by)),
    "unmask": (
        SEEING,
        lambda by, _: unmask(find_contacts("b", ["b:1"], by=OPERATOR), purpose="tracing", by=by),
    ),
    "place times": (SEEING, lambda by, _: find_place_times("b", ["b:1"], by=by)),
    "shared places": (SEEING, lambda by, _: find_shared_places("b", ["b:1"], by=by)),
    "diary code": (CODING, lambda by, _: issue_diary_code("b", "b:2", by=by)),
    "import": (IMPORTING, lambda by, file: import_visits("b", file, by=by)),
    "compact": (IMPORTING, lambda by, _: compact_lake("b", by=by)),
    "verify": (IMPORTING, lambda by, _: verify_lake("b", by=by)),
    "rekey": (IMPORTING, lambda by, _: rekey_lake("b", by=by)),
    "drop": (IMPORTING, lambda by, _: drop_visits_before("b", date(2022, 7, 1), by=by)),
}


@kept
def city() -> None:
    """A case in the north of a city whose lake holds two check-ins."""
    outbreak = found("b", edition="cn-covid-9")
    record(outbreak, rows("persons", *PEOPLE), rows("places", *PLACES))
    record(outbreak, rows("cases", CASE | {"found_at": at(12)}))
    check_ins(outbreak, ("b:1", "office", at(11, 1), at(11, 5)), ("b:2", "office", at(11, 2), at(11, 4)))
    refresh(outbreak)


@pytest.mark.parametrize("kind", [*POST_KINDS, ""])
@pytest.mark.parametrize("name", ACTS)
def test_an_act_takes_the_powers_of_the_post(city: None, tmp_path: Path, name: str, kind: str) -> None:
    file = tmp_path / "visits.csv"
    file.write_text(FILE)
    needed, act = ACTS[name]
    by = post("city", kind) if kind else nobody()
    if kind and set(needed) <= POWERS_OF[kind]:  # type: ignore[index]
        act(by, file)
    else:
        with pytest.raises(NotPermitted):
            act(by, file)


@pytest.mark.parametrize("kind", POST_KINDS)
@pytest.mark.parametrize("place", ["north", "north-1", "south"])
@pytest.mark.parametrize("name", [name for name, (needed, _) in ACTS.items() if needed == IMPORTING])
def test_the_lake_of_the_city_is_not_a_county_s_to_change(
    city: None, tmp_path: Path, name: str, place: str, kind: str
) -> None:
    """It holds everybody's visits: also a post that imports elsewhere in the city changes nothing of it."""
    file = tmp_path / "visits.csv"
    file.write_text(FILE)
    before = manifest()
    with pytest.raises(NotPermitted):
        ACTS[name][1](post(place, kind), file)
    assert manifest() == before


def manifest() -> object:
    return open_lake(get_outbreak("b")).lake.manifest()


def test_an_outbreak_without_an_area_is_for_posts_of_the_whole(city: None, tmp_path: Path) -> None:
    found("c", area_id=None, edition="cn-covid-9")
    file = tmp_path / "visits.csv"
    file.write_text(FILE)
    with pytest.raises(NotPermitted):
        import_visits("c", file, by=post("city", "duty_officer"))
    assert import_visits("c", file, by=OPERATOR).is_loaded


@pytest.mark.parametrize("place", ["north", "north-1", "south"])
def test_a_case_elsewhere_is_nobody_to_search_for(city: None, place: str) -> None:
    """Row security says whose windows a post reads; a search for anybody else finds no case, and audits nothing."""
    by = post(place, "investigator")
    AuditRead.objects.all().delete()
    with as_web(by.scope):
        if place == "south":
            with pytest.raises(NoCases):
                find_contacts("b", ["b:1"], by=by)
        else:
            assert find_contacts("b", ["b:1"], by=by).contacts.height > 0
    looked = AuditRead.objects.filter(person_id="b:1", actor_name=by.name)
    assert looked.exists() == (place != "south")
