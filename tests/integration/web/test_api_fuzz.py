"""The API against whatever its own description allows and forbids: never a server error, always as described."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from lastcase.ops.accounts.actor import command_line
from lastcase.ops.lake.errors import NoLake
from lastcase.ops.lake.keep import verify_lake
from lastcase.ops.lake.tokens import issue_token
from lastcase.web.api import tokens
from lastcase.web.wsgi import application

pytestmark = pytest.mark.django_db

EXAMPLES = 40
TAKEN = positive_data_acceptance
"""Not asked for: a row of the right shape may tell of no time, and a file of no table."""
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]


@pytest.fixture
def described(tree: None, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The API over the test's own connection, which a request would close; afterwards its lake must be whole."""
    settings.LASTCASE_HOME = tmp_path
    cache.clear()
    monkeypatch.setattr(tokens, "CALLS_A_MINUTE", 10**6)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    with suppress(NoLake):
        assert verify_lake("trial", by=command_line()).is_clean


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_as_described(described: Any, mode: GenerationMode) -> None:
    operation = described["/api/v1/outbreaks/{outbreak}/visits"]["POST"]
    _, text = issue_token("trial", "gates", area_id="C", by=command_line())

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers_as_described(case: Any) -> None:
        case.path_parameters = {"outbreak": "trial"}
        case.call_and_validate(headers={"Authorization": f"Bearer {text}"}, excluded_checks=[TAKEN])

    answers_as_described()


SECONDS = st.integers(-60_000_000_000, 4_000_000_000) | st.integers(1_000_000_000, 1_700_000_000)
TIMES = SECONDS.map(lambda seconds: datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S"))
ROWS = st.fixed_dictionaries(
    {"person_id": st.text(max_size=20), "place_id": st.text(max_size=20), "start_at": TIMES, "end_at": TIMES},
    optional={
        "unit": st.text(max_size=20),
        "precision_min": st.floats(allow_nan=False, allow_infinity=False),
        "visit_source": st.sampled_from(["check_in", "ticket", "?"]),
    },
)


def test_no_row_however_odd_breaks_the_lake(described: Any) -> None:
    """Whatever persons, places, years and precisions are told: taken, or refused with a reason."""
    _, text = issue_token("trial", "gates", area_id="C", by=command_line())
    address, taken = "/api/v1/outbreaks/trial/visits?valid_rows=true", []

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW
    )
    @given(sent=st.lists(ROWS, min_size=1, max_size=5))
    def is_taken_or_refused(sent: list[dict[str, Any]]) -> None:
        headers = {"HTTP_AUTHORIZATION": f"Bearer {text}", "content_type": "application/json"}
        answer = Client().post(address, json.dumps({"rows": sent}), **headers)
        assert answer.status_code in (200, 400, 409), answer.content
        taken.append(json.loads(answer.content).get("n_visits", 0))

    is_taken_or_refused()
    assert sum(taken) > 0
