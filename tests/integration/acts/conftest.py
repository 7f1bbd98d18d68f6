"""Acts are tried over the pages' addresses, under the role of the web, in a running outbreak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.test import Client, TestCase

from tests.integration.acts.world import running
from tests.integration.web.conftest import SignIn, as_web, sign_in, tree
from tests.integration.web.world import with_purpose
from tests.kept import kept

__all__ = ["as_web", "sign_in", "tree"]
Post = Callable[..., Client]


@kept(on=tree)
def world() -> None:
    """The running outbreak, derived."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        running()


@pytest.fixture
def post(sign_in: SignIn, as_web: None) -> Post:
    """`post("investigator", "A")`: somebody at work, who has said what records are read for."""
    return lambda kind, area_id="": with_purpose(sign_in(kind, area_id))


@pytest.fixture
def signed(django_capture_on_commit_callbacks) -> Callable[..., object]:
    """Send a form and let the answers follow, as they do once a real transaction has ended."""

    def send(client: Client, act: str, **values: object):
        with django_capture_on_commit_callbacks() as later:
            response = client.post(f"/o/trial/acts/{act}", values)
        with as_owner():  # as the connection for writes, which in the pages' process is one of its own
            for follow in later:
                follow()
        return response

    return send


@contextmanager
def as_owner() -> Iterator[None]:
    """Look past row security, to see what was written."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        yield
        cursor.execute("SET ROLE lastcase_web")
