"""Several adoptions over time: who stands under which, and what stays open across a change of edition."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from lastcase.core.derive import derive
from lastcase.core.outbreak import Adoption, Outbreak
from lastcase.editions import load_edition
from tests.spec.protocol.world import World

BEGIN, CHANGE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2022, 7, 20, tzinfo=UTC)
OLD, NEW = load_edition("cn-covid-8"), load_edition("cn-covid-9")
FACTS = World(OLD).facts()
ADOPTED = (Adoption(OLD, BEGIN), Adoption(NEW, CHANGE))


def home(*adoptions: Adoption) -> Outbreak:
    return Outbreak("world", "covid", "Asia/Shanghai", "C", adoptions)


def test_candidates_wait_for_their_judgement_across_an_adoption() -> None:
    pending = pl.col("verdict") == "pending"
    before = derive(FACTS, home(ADOPTED[0])).exposures.filter(pending)
    after = derive(FACTS, home(*ADOPTED)).exposures
    assert before.height > 5
    assert set(before["key"]) <= set(after.filter(pending)["key"])


def test_an_exposure_stands_once_whoever_it_binds() -> None:
    alone, both = derive(FACTS, home(ADOPTED[0])).exposures, derive(FACTS, home(*ADOPTED)).exposures
    assert both["key"].is_unique().all()
    assert set(alone["key"]) == set(both["key"])
