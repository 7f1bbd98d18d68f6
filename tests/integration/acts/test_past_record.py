"""Acts in a record that ended long ago are dated to its end, so that its pages go on standing there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lastcase.ops.records.ends import suggested_as_of
from lastcase.ops.records.models import FACTS
from tests.integration.acts.conftest import Post, as_owner
from tests.integration.web.world import fill

JUDGED = {
    "case_person_id": "trial:A1",
    "person_id": "trial:A3",
    "judgement": "ruled_out",
    "reason": "Was abroad",
}


def test_a_judgement_is_dated_to_the_end_of_the_record(
    tree: None, post: Post, signed, django_capture_on_commit_callbacks
) -> None:
    with as_owner(), django_capture_on_commit_callbacks(execute=True):
        fill()
    client = post("investigator", "A")
    with as_owner():
        end = suggested_as_of("trial")
    page = client.get("/o/trial/person/trial:A3").content.decode()
    assert "This record ends in the past" in page
    assert signed(client, "judge", **JUDGED).status_code == 302
    with as_owner():
        row = FACTS["judgements"].objects.get(retired_at=None)
        assert suggested_as_of("trial") == end
    assert row.judged_at == end
    assert datetime.now(UTC) - row.recorded_at < timedelta(minutes=5), "when it was recorded is never stated"
    assert "Judged Ruled out" in client.get("/o/trial/person/trial:A3").content.decode()


def test_another_time_offers_no_forms_and_the_way_back(
    tree: None, post: Post, signed, django_capture_on_commit_callbacks
) -> None:
    with as_owner(), django_capture_on_commit_callbacks(execute=True):
        fill()
    page = post("investigator", "A").get("/o/trial/person/trial:A3?as_of=2022-07-19T12:00").content.decode()
    assert "act-form" not in page
    assert "Acts are signed in the present" in page
