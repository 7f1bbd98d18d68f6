"""Visits told by hand: added, corrected, withdrawn, restored; by whom, where, and what follows at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from lastcase.ops.accounts.powers import POWERS_OF
from lastcase.ops.records import queries
from lastcase.ops.records.models import FACTS, AuditWrite
from tests.integration.acts.conftest import Post, as_owner
from tests.integration.acts.world import CASE, NEIGHBOUR, ago

pytestmark = pytest.mark.usefixtures("world")
KINDS = ("duty_officer", "investigator", "data_clerk", "cell_worker", "administrator")
MAY = [kind for kind in KINDS if "record" in POWERS_OF[kind]]
URL = f"/o/trial/investigation/{CASE}"


def local(instant: datetime) -> str:
    return (instant + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")


def told(hours: float = 50, **more: Any) -> dict[str, Any]:
    """A visit of three hours that began so many hours ago."""
    return {
        "person_id": CASE,
        "place": "Mah-jong hall",
        "setting": "leisure",
        "area_id": "A",
        "start_at": local(ago(hours)),
        "end_at": local(ago(hours - 3)),
        "unit": "table 6",
        "precision_min": "15",
        **more,
    }


def standing(table: str = "visits") -> list[dict[str, Any]]:
    with as_owner():
        return list(FACTS[table].objects.filter(retired_at=None).order_by("id").values())


def key() -> dict[str, Any]:
    (visit,) = standing()
    return {
        "person_id": visit["person_id"],
        "place_id": visit["place_id"],
        "start_at": visit["start_at"].isoformat(),
    }


def test_a_visit_to_a_new_place_is_recorded_with_the_place(post: Post, signed) -> None:
    response = signed(post("investigator", "A"), "visit", **told(), next=URL)
    assert (response.status_code, response.headers["Location"]) == (302, URL)
    (visit,) = standing()
    assert visit["place_id"] == "trial:mah-jong-hall"
    assert (visit["unit"], visit["precision_min"], visit["visit_source"]) == ("table 6", 15.0, "interview")
    place = next(row for row in standing("places") if row["place_id"] == visit["place_id"])
    assert (place["name"], place["setting"], place["area_id"]) == ("Mah-jong hall", "leisure", "A")
    with as_owner():
        assert AuditWrite.objects.order_by("-id")[0].action == "record_visit"


def test_a_place_on_record_is_found_by_its_id_and_by_its_words(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "visit", **told())
    signed(client, "visit", **told(40, place="trial:mah-jong-hall"))
    signed(client, "visit", **told(30, place="  Mah-Jong HALL "))
    assert {row["place_id"] for row in standing()} == {"trial:mah-jong-hall"}
    assert len([row for row in standing("places") if row["name"] == "Mah-jong hall"]) == 1


def test_others_without_a_name_are_counted_as_a_group(post: Post, signed) -> None:
    signed(post("investigator", "A"), "visit", **told(n_unknown=4, who_to_ask="Players; ask the owner"))
    (group,) = standing("exposed_groups")
    assert (group["case_person_id"], group["n_exposed"], group["is_estimate"]) == (CASE, 4, True)
    assert (group["description"], group["place_id"]) == ("Players; ask the owner", "trial:mah-jong-hall")
    assert group["exposed_at"] == standing()[0]["start_at"]


def test_a_visit_makes_candidates_and_its_withdrawal_takes_them_back(post: Post, signed) -> None:
    client = post("investigator", "C")

    def met() -> list[str]:
        with as_owner():
            frame = queries.load_answers("trial").exposures
        return frame.filter(pl.col("exposure_source") == "visit")["person_id"].to_list()

    signed(client, "visit", **told(person_id=NEIGHBOUR))
    mine = {"person_id": CASE, "place_id": "trial:mah-jong-hall"}
    signed(client, "visit", **told())
    assert met() == [NEIGHBOUR]
    start_at = next(row["start_at"] for row in standing() if row["person_id"] == CASE).isoformat()
    assert (
        signed(client, "withdraw-visit", **mine, start_at=start_at, reason="Another's phone").status_code
        == 302
    )
    assert met() == []
    assert signed(client, "restore-visit", **mine, start_at=start_at).status_code == 302
    assert met() == [NEIGHBOUR]
    assert standing()[-1]["unit"] == "table 6"


def test_a_withdrawn_visit_is_offered_to_be_restored(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "visit", **told())
    signed(client, "withdraw-visit", **key(), reason="Wrong check-in")
    assert standing() == []
    page = client.get(URL).content.decode()
    assert "1 visit withdrawn" in page
    assert "acts/restore-visit" in page


def test_a_correction_of_the_end_is_a_new_version(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "visit", **told())
    was = key()
    changed = {**was, "was_start_at": was["start_at"], "end_at": local(ago(46)), "reason": "Left later"}
    assert signed(client, "correct-visit", **{**changed, "start_at": local(ago(50))}).status_code == 302
    (visit,) = standing()
    assert local(visit["end_at"]) == local(ago(46))
    assert visit["unit"] is None


def test_a_correction_of_the_start_takes_the_place_of_the_old_visit(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "visit", **told())
    was = key()
    changed = {**was, "was_start_at": was["start_at"], "unit": "table 7", "reason": "Came earlier"}
    times = {"start_at": local(ago(52)), "end_at": local(ago(47))}
    assert signed(client, "correct-visit", **{**changed, **times}).status_code == 302
    (visit,) = standing()
    assert (local(visit["start_at"]), visit["unit"]) == (times["start_at"], "table 7")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"end_at": local(ago(51))}, "ends after it begins"),
        ({"start_at": local(ago(-2)), "end_at": local(ago(-3))}, "the instant lies ahead"),
        ({"place": "   "}, "This field is required"),
        ({"place": "?!"}, "Name the place"),
        ({"setting": "spaceship"}, "Select a valid choice"),
        ({"area_id": "nowhere"}, "No such area"),
        ({"precision_min": "-1"}, "greater than or equal to 0"),
        ({"person_id": "trial:pb"}, ""),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    post: Post, signed, values: dict[str, Any], said: str
) -> None:
    response = signed(post("investigator", "A"), "visit", **told(**values))
    assert response.status_code == (422 if said else 404)
    assert said in response.content.decode()
    assert standing() == []


def test_the_same_visit_twice_is_refused(post: Post, signed) -> None:
    client = post("investigator", "A")
    same = told()
    assert signed(client, "visit", **same).status_code == 302
    assert signed(client, "visit", **same).status_code == 422
    gone = key()
    assert signed(client, "restore-visit", **gone).status_code == 422
    assert signed(client, "withdraw-visit", **gone, reason="  ").status_code == 422
    assert signed(client, "withdraw-visit", **gone, reason="r").status_code == 302
    assert signed(client, "withdraw-visit", **gone, reason="r").status_code == 422


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("area", ["A", "B"])
def test_who_may_record_does_so_in_the_own_area_only(post: Post, signed, kind: str, area: str) -> None:
    status = (302 if area == "A" else 404) if kind in MAY else 403
    assert signed(post(kind, area), "visit", **told()).status_code == status
    assert len(standing()) == (status == 302)


@pytest.mark.parametrize("act", ["withdraw-visit", "correct-visit", "restore-visit"])
def test_nobody_else_touches_a_visit(post: Post, signed, act: str) -> None:
    signed(post("investigator", "A"), "visit", **told())
    was = key()
    values = {**was, "reason": "r"}
    if act == "correct-visit":
        values |= {
            "was_start_at": was["start_at"],
            "start_at": local(ago(50)),
            "end_at": local(ago(40)),
        }
    for kind in KINDS:
        status = 404 if kind in MAY else 403
        assert signed(post(kind, "B"), act, **values).status_code == status
    assert key() == was


def test_forms_are_offered_to_who_may_record_and_in_the_present(post: Post, signed) -> None:
    client = post("investigator", "A")
    signed(client, "visit", **told())
    page = client.get(f"{URL}?visit=1").content.decode()
    for offered in ("acts/visit", "acts/withdraw-visit", "acts/correct-visit"):
        assert f"/o/trial/{offered}" in page
    assert "act-form" not in post("cell_worker", "A").get(URL).content.decode()
    past = client.get(f"{URL}?as_of={local(ago(1))}").content.decode()
    assert "act-form" not in past
    assert "Acts are signed in the present" in past


def test_an_answer_opens_the_form_with_the_hours_of_its_question(post: Post) -> None:
    client = post("investigator", "A")
    page = client.get(f"{URL}?from=2022-07-12T05:10:00Z&until=2022-07-12T10:00:00Z").content.decode()
    assert 'value="2022-07-12T13:10"' in page
    assert client.get(f"{URL}?from=nonsense&visit=77").status_code == 200
