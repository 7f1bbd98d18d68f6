"""The story that every synthetic city tells: its days, and how well the response works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from lastcase.core.civil import midnight_of
from lastcase.core.facts.field import INSTANT, SYNTHETIC
from lastcase.engines.city.hashing import Ints
from lastcase.engines.city.tables import DAY_MIN

TIME_ZONE = "Asia/Shanghai"
ZONE = ZoneInfo(TIME_ZONE)
EDITION, DISEASE = "cn-covid-9", "covid-omicron-ba2-2022"

DAY0_ON = date(2022, 9, 5)
"""Day 0 of the targets, signed in the evening before."""
SEED_DAY, FIRST_DAY, LAST_DAY = -10, -5, 14
"""Days, counted from day 0: the market is infected, the first case is found, the record ends."""
ROUND_DAYS = (-3, -2, 0, 1, 2, 4, 6, 8, 10, 12, 14)
"""Days of a screening round of everybody."""
CLOSED_FROM_DAY = -3
"""From then on markets, classes and buses are closed or thinned out."""

TITLE_EN = "Synthetic outbreak of Omicron BA.2 in Beihai: it starts at a market; day 0 is 5 September 2022"
TITLE_ZH = "合成疫情：奥密克戎BA.2在北海，起于一处农贸市场；第0日为2022年9月5日"
MARK = SYNTHETIC
"""What every made-up row says of its source."""

HOUR_MIN = 60
FAR = 1 << 60
"""Later than any instant, in minutes."""


@dataclass(frozen=True)
class Size:
    """A city to be made: `persons` None means all of Beihai; `n_seeds` are infected at the market."""

    name: str
    tag: str
    persons: int | None
    n_seeds: int

    @property
    def outbreak(self) -> str:
        """Name of the city's outbreak."""
        return f"beihai-synthetic-{self.name}"


SIZES = {
    "tiny": Size("tiny", "SYNT", 2_000, 3),
    "small": Size("small", "SYNS", 20_000, 8),
    "city": Size("city", "SYNC", None, 120),
}


def size_of(size: str | Size) -> Size:
    """The size of that name. Raises KeyError."""
    return size if isinstance(size, Size) else SIZES[size]


def day_start(day: int) -> int:
    """The local midnight that starts a day of the story, in minutes of the epoch."""
    return int(midnight_of(DAY0_ON + timedelta(days=day), ZONE).timestamp()) // 60


def instant_of(minute: int) -> datetime:
    """The aware UTC instant of a minute of the epoch."""
    return datetime.fromtimestamp(minute * 60, UTC)


STARTS_AT = instant_of(day_start(FIRST_DAY))
"""From when the edition is in force and the record begins."""
ENDS_AT = instant_of(day_start(LAST_DAY + 1))
"""Nothing of the story is known after this instant."""
END_MIN = day_start(LAST_DAY + 1)


def day_of(minutes: Ints) -> Ints:
    """Days of the story of these minutes."""
    return (minutes - day_start(0)) // DAY_MIN


def instants(minutes: Ints) -> pl.Series:
    """Minutes of the epoch as instants; `FAR` and later are empty."""
    column = pl.Series(minutes.astype(np.int64) * 60_000_000).cast(INSTANT)
    return _empty_where(column, minutes >= FAR)


def dates(minutes: Ints) -> pl.Series:
    """Local dates on which these minutes fall; `FAR` and later are empty."""
    days = (day_of(np.minimum(minutes, END_MIN + 400 * DAY_MIN))).astype(np.int32)
    epoch = (DAY0_ON - date(1970, 1, 1)).days
    return _empty_where(pl.Series(days + epoch, dtype=pl.Int32).cast(pl.Date), minutes >= FAR)


def _empty_where(column: pl.Series, missing: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> pl.Series:
    return pl.select(pl.when(pl.Series(~missing)).then(column)).to_series()
