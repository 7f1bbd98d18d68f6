"""Which post owes a duty: the kind that fits, at the area that holds it or the nearest above, in one query."""

from __future__ import annotations

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lastcase.ops.accounts import actions
from lastcase.ops.accounts.actor import command_line
from lastcase.ops.accounts.errors import RefusedByPolicy
from lastcase.ops.accounts.models import AccountEvent, Post
from lastcase.ops.records.posts import with_posts

pytestmark = pytest.mark.django_db

AREAS = pl.DataFrame(
    {
        "area_id": ["city", "east", "cell", "west"],
        "parent_id": [None, "city", "east", "city"],
        "tier": ["city", "county", "cell", "county"],
    }
)


def post(area_id: str, name: str, responsible: str = "sampling_team") -> Post:
    return actions.create_post(
        kind="data_clerk", area_id=area_id, name=name, responsible=responsible, by=command_line()
    )


def held(*duties: tuple[str | None, str | None]) -> list[str | None]:
    """Posts that owe duties of (kind of post, area)."""
    frame = pl.DataFrame(duties, schema={"responsible": pl.String, "area_id": pl.String}, orient="row")
    return with_posts(frame, AREAS)["post"].to_list()


def test_the_nearest_post_of_the_kind_at_or_above_the_area() -> None:
    post("city", "City team")
    post("east", "East team")
    post("cell", "Cell worker", "cell_worker")
    assert held(
        ("sampling_team", "cell"),
        ("sampling_team", "east"),
        ("sampling_team", "west"),
        ("sampling_team", "city"),
        ("cell_worker", "cell"),
        ("cell_worker", "east"),
        ("transfer_desk", "cell"),
        (None, "cell"),
    ) == ["East team", "East team", "City team", "City team", "Cell worker", None, None, None]


def test_a_post_of_the_whole_installation_stands_above_every_area_and_above_none() -> None:
    post("", "Everywhere")
    assert (
        held(("sampling_team", "cell"), ("sampling_team", "unknown"), ("sampling_team", None))
        == ["Everywhere"] * 3
    )
    post("city", "City team")
    assert held(("sampling_team", "cell"), ("sampling_team", None)) == ["City team", "Everywhere"]


def test_of_two_at_one_area_the_oldest_and_none_that_is_closed() -> None:
    first = post("east", "First")
    post("east", "Second")
    assert held(("sampling_team", "cell")) == ["First"]
    Post.objects.filter(id=first.id).update(is_active=False)
    assert held(("sampling_team", "cell")) == ["Second"]


def test_a_post_without_a_name_is_called_by_its_kind() -> None:
    actions.create_post(kind="cell_worker", area_id="cell", responsible="cell_worker", by=command_line())
    assert held(("cell_worker", "cell")) == ["Cell worker"]


@pytest.mark.parametrize("n", [1, 500])
def test_one_query_however_many_duties(n: int) -> None:
    post("east", "East team")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert held(*[("sampling_team", "cell")] * n) == ["East team"] * n
    assert len(queries) == 1


def test_what_a_post_owes_is_changed_by_an_action_and_noted() -> None:
    made = post("east", "East team")
    actions.set_responsible(post=made, responsible="transfer_desk", by=command_line())
    assert held(("transfer_desk", "cell"), ("sampling_team", "cell")) == ["East team", None]
    event = AccountEvent.objects.latest("id")
    assert (event.action, event.details) == (
        "set_responsible",
        {"before": "sampling_team", "after": "transfer_desk"},
    )


def test_no_post_owes_what_no_edition_names() -> None:
    with pytest.raises(RefusedByPolicy, match="responsible_unknown"):
        post("east", "x", "cook")
    made = post("east", "x")
    with pytest.raises(RefusedByPolicy, match="responsible_unknown"):
        actions.set_responsible(post=made, responsible="cook", by=command_line())
