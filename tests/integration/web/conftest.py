"""The web in this process: requests run as the role of the web, under row-level security, as in
production."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
from django.test import Client

from tests.kept import kept

KINDS = ("administrator", "duty_officer", "investigator", "data_clerk", "cell_worker")
SignIn = Callable[..., Client]


@pytest.fixture
def own_folder(settings: Any, tmp_path: Any) -> None:
    """A home of the test's own for files and lakes, with nothing counted yet of how often somebody called."""
    from django.core.cache import cache

    settings.LASTCASE_HOME = tmp_path
    cache.clear()


@kept
def tree() -> None:
    """One city with two counties, an outbreak in it, and a case in each county."""
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.records import actions as records

    by = command_line()
    areas = pl.DataFrame(
        {
            "area_id": ["R", "C", "A", "B"],
            "name_en": ["Region", "City", "Alder", "Birch"],
            "name_zh": ["省", "市", "甲县", "乙县"],
            "tier": ["region", "city", "county", "county"],
            "parent_id": [None, "R", "C", "C"],
        }
    )
    records.create_outbreak(
        "trial",
        disease="covid-omicron-ba2-2022",
        edition="cn-covid-9",
        by=by,
        time_zone="Asia/Shanghai",
        area_id="C",
        reason="test",
    )
    records.record_facts("trial", {"areas": areas}, by=by, feed="test", derive=False)
    persons = pl.DataFrame(
        {
            "person_id": ["trial:pa", "trial:pb"],
            "list_id": ["pa", "pb"],
            "name": ["Person Alder", "Person Birch"],
            "residence_area_id": ["A", "B"],
            "present_area_id": ["A", "B"],
        }
    )
    cases = pl.DataFrame(
        {
            "person_id": ["trial:pa", "trial:pb"],
            "episode": [1, 1],
            "case_status": ["confirmed", "confirmed"],
            "area_id": ["A", "B"],
        }
    )
    records.record_facts("trial", {"persons": persons, "cases": cases}, by=by, feed="test")


@kept(on=tree)
def filled() -> None:
    """The cases, contacts and stays of `fill`, derived."""
    from tests.integration.web.world import fill

    fill()


@kept(on=tree)
def filled_lead() -> None:
    """What `fill_lead` records beside them."""
    from tests.integration.web.world import fill_lead

    fill_lead()


@pytest.fixture
def as_web(db: None) -> Iterator[None]:
    """The connection acts as the web's role, which row security binds, until the test ends."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET ROLE lastcase_web")
        yield
        cursor.execute("RESET ROLE")


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """`sign_in("duty_officer", "A")`: a client acting under such a post; no kind: an account without a
    post."""

    from lastcase.ops.accounts import actions as accounts
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.accounts.models import User

    def make(kind: str = "", area_id: str = "", language: str = "en") -> Client:
        user = User.objects.create(username=f"u{User.objects.count()}", display_name="Reader")
        if kind:
            post = accounts.create_post(kind=kind, area_id=area_id, by=command_line())
            accounts.give_post(user=user, post=post, by=command_line())
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        client.cookies["lastcase_language"] = language
        return client

    return make
