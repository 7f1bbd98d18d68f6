"""``DATABASE_URL`` and its two companions, read into Django's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastcase.engines.postgres import JOBS, OWNER, WEB, ServerError, database_settings, external_url

URL = "postgresql://o%40x:p%2Fw@db.example:6432/last%20case?sslmode=require"


def test_all_parts_are_read() -> None:
    assert database_settings(Path("/nowhere"), OWNER, {"DATABASE_URL": URL}) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "last case",
        "USER": "o@x",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


@pytest.mark.parametrize("role", [WEB, JOBS])
def test_the_owners_login_takes_on_the_role(role: str) -> None:
    entry = database_settings(Path("/nowhere"), role, {"DATABASE_URL": URL})
    assert entry["OPTIONS"] == {"sslmode": "require", "options": f"-c role={role}"}


def test_a_login_of_its_own_is_taken_as_it_is() -> None:
    environ = {"DATABASE_URL": URL, "DATABASE_URL_WEB": "postgres://web@h/d"}
    entry = database_settings(Path("/nowhere"), WEB, environ)
    assert (entry["USER"], entry["HOST"], entry["NAME"], entry["OPTIONS"]) == ("web", "h", "d", {})


def test_without_the_owners_address_the_embedded_server_is_meant() -> None:
    assert external_url({"DATABASE_URL_WEB": "postgres://web@h/d"}, WEB) is None
    entry = database_settings(Path("/nowhere"), WEB, {})
    assert entry["USER"] == WEB
    assert str(entry["HOST"]).startswith("/")


@pytest.mark.parametrize("url", ["mysql://u@h/d", "postgresql://u@h", "nonsense"])
def test_another_form_is_refused(url: str) -> None:
    with pytest.raises(ServerError) as caught:
        database_settings(Path("/nowhere"), OWNER, {"DATABASE_URL": url})
    assert caught.value.code == "bad_url"
