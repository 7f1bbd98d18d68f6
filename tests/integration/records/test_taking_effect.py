"""An edition signed for later governs from its effective instant on, by the clock, and nobody before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lastcase.ops.records import actions
from lastcase.ops.records import refresh as refreshing
from lastcase.ops.records.models import ANSWER_MODELS, Outbreak, Revision
from lastcase.ops.records.queries import load_outbreak
from lastcase.ops.records.refresh import check_drift, derive_outbreak, is_to_take_effect, refresh, take_effect
from tests.integration.records.test_refresh import crowd
from tests.integration.records.world import OPERATOR, at, record, rows

pytestmark = pytest.mark.django_db


def editions_of_duties() -> set[str]:
    return set(ANSWER_MODELS["duties"].objects.values_list("edition", flat=True))


@pytest.fixture
def tonight() -> datetime:
    return datetime.now(UTC) + timedelta(hours=6)


@pytest.fixture
def adopted(tonight: datetime) -> Outbreak:
    """Derived under the eighth edition; the ninth is signed for tonight."""
    outbreak = crowd(0)
    actions.adopt_edition(
        outbreak, "cn-covid-9", effective_at=tonight, by=OPERATOR, reason="ordered for tonight"
    )
    refresh(outbreak)
    return outbreak


def at_the_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(refreshing.timezone, "now", lambda: moment)


def test_before_its_instant_everybody_stands_under_the_old_edition(adopted: Outbreak) -> None:
    assert editions_of_duties() == {"cn-covid-8"}
    assert [one.edition.id for one in load_outbreak(adopted).adoptions] == ["cn-covid-8", "cn-covid-9"]
    take_effect()
    assert editions_of_duties() == {"cn-covid-8"}
    assert check_drift(adopted) == {}


def test_at_its_instant_all_is_derived_anew(
    adopted: Outbreak, tonight: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Revision.objects.get(outbreak=adopted).number
    at_the_clock(monkeypatch, tonight)
    assert is_to_take_effect(adopted)
    take_effect()
    assert "cn-covid-9" in editions_of_duties()
    revision = Revision.objects.get(outbreak=adopted)
    assert (revision.number, revision.derived_number) == (before + 1, before + 1)
    assert check_drift(adopted) == {}


def test_a_change_after_its_instant_derives_everybody_under_it(
    adopted: Outbreak, tonight: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_clock(monkeypatch, tonight + timedelta(minutes=1))
    record(adopted, rows("specimens", {"specimen_id": "w", "person_id": "b:c1", "sampled_at": at(12)}))
    assert not refresh(adopted).is_live
    assert check_drift(adopted) == {}


def test_the_first_edition_governs_though_it_is_signed_for_later(tonight: datetime) -> None:
    outbreak = actions.create_outbreak(
        "later",
        disease="covid-omicron-ba2-2022",
        by=OPERATOR,
        time_zone="Asia/Shanghai",
        edition="cn-covid-9",
        effective_at=tonight,
    )
    record(
        outbreak,
        rows("cases", {"person_id": "b:1", "episode": 1, "case_status": "confirmed", "found_at": at(12)}),
    )
    derive_outbreak(outbreak)
    assert editions_of_duties() == {"cn-covid-9"}
