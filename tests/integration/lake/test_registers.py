"""What a lake numbers beside its visits: spots and the settings of their places, and classes of quality."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lastcase.engines.lake.errors import TooManyQualities, TooManySpots, WrongColumns
from lastcase.engines.lake.lake import Lake
from lastcase.engines.lake.qualities import COLUMNS
from lastcase.engines.lake.spots import NEW, extend_spots, no_spots
from lastcase.engines.lake.words import N_QUALITIES
from tests.integration.lake.small_lake import make_lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return make_lake(tmp_path / "lake")


def spots(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=NEW, orient="row")


def test_every_place_has_its_own_spot_beside_its_parts() -> None:
    register, numbers = extend_spots(
        no_spots(),
        spots(("b", "ward 1", None), ("a", None, "shop"), ("b", "ward 2", None), ("b", "ward 1", None)),
    )
    assert register.select("place_id", "unit", "place").rows() == [
        ("b", None, 0), ("a", None, 1), ("b", "ward 1", 0), ("b", "ward 2", 0),
    ]  # fmt: skip
    assert register["spot"].to_list() == [0, 1, 2, 3]
    assert numbers.to_list() == [2, 1, 3, 2]

    further, numbers = extend_spots(register, spots(("a", "till", None), ("c", "x", None), ("b", None, None)))
    assert further.head(4).equals(register)
    assert further.tail(3).select("place_id", "unit", "place").rows() == [
        ("c", None, 2),
        ("a", "till", 1),
        ("c", "x", 2),
    ]
    assert numbers.to_list() == [5, 6, 0]


def test_the_setting_stated_last_is_that_of_every_spot_of_a_place() -> None:
    register, _ = extend_spots(no_spots(), spots(("a", "1", None), ("a", None, "shop"), ("b", None, "bus")))
    assert register["setting"].to_list() == ["shop", "bus", "shop"]
    same, _ = extend_spots(register, spots(("a", "1", None), ("a", "1", "shop")))
    assert same is register
    corrected, _ = extend_spots(
        register, spots(("a", "2", None), ("a", None, "school"), ("a", "1", "hospital"))
    )
    assert corrected.filter(place_id="a")["setting"].unique().to_list() == ["hospital"]
    assert corrected.filter(place_id="b")["setting"].to_list() == ["bus"]
    back, _ = extend_spots(
        corrected, spots(("a", None, "hospital"), ("a", None, "shop"), ("a", None, "hospital"))
    )
    assert back.equals(corrected)


def test_more_spots_than_a_word_holds_are_refused() -> None:
    with pytest.raises(TooManySpots, match="3 places"):
        extend_spots(no_spots(), spots(("a", "1", None), ("b", None, None)), limit=2)
    with pytest.raises(WrongColumns):
        extend_spots(no_spots(), spots(("a", "1", None)).with_columns(place_id=pl.lit(None, pl.String)))


def test_spots_and_qualities_outlast_the_process(lake: Lake) -> None:
    rows = spots(("place 3", "floor 9", None), ("new", None, "shop"))
    numbers = lake.number_spots(rows)
    generation = lake.manifest().generation
    assert Lake.open(lake.folder).number_spots(rows).to_list() == numbers.to_list()
    assert lake.manifest().generation == generation
    assert lake.snapshot().spots.filter(pl.col("spot").is_in(numbers.to_list()))["place_id"].to_list() == [
        "new",
        "place 3",
    ]


def test_classes_of_quality_are_numbered_once(lake: Lake) -> None:
    rows = pl.DataFrame(
        {"visit_source": ["interview", None, "interview", "app"], "precision_s": [900, None, 60, 0]},
        schema=COLUMNS,
    )
    assert lake.quality_classes(rows).to_list() == [1, 2, 3, 0]
    assert lake.quality_classes(rows).to_list() == [1, 2, 3, 0]
    slack = lake.snapshot().slack_s
    assert (slack.dtype, len(slack)) == (np.int64, N_QUALITIES)
    assert slack[:5].tolist() == [0, 900, 0, 60, 0]
    many = pl.DataFrame({"visit_source": "app", "precision_s": range(40)}, schema=COLUMNS)
    with pytest.raises(TooManyQualities, match="43"):
        lake.quality_classes(many)
    with pytest.raises(WrongColumns):
        lake.quality_classes(rows.with_columns(precision_s=pl.lit(-1, pl.Int64)))
