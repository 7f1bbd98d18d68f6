"""What a plan costs: unit values as data, and the ledger of simulated days.

A ledger holds money alone. What must not be traded silently stands beside it, in `Burden`: persons under restriction,
severe courses, deaths, beds, infections carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lastcase.core.choose.counts import column, restricted_of
from lastcase.core.explain import Message
from lastcase.core.protocol.problems import FileErrors
from lastcase.core.protocol.reader import ANY_TEXT, Reader
from lastcase.core.protocol.schema import Shape
from lastcase.core.protocol.values import mend_name
from lastcase.core.simulate.chance import Floats, Ints
from lastcase.core.simulate.levers import UNLIMITED

COUNTED: Mapping[str, tuple[str, ...]] = {
    "single_test": ("singles",),
    "pooled_tube": ("tubes",),
    "pooled_person": ("sampled",),
    "sampling": ("singles", "sampled"),
    "interview": ("interviews",),
    "central_day": ("in_central",),
    "home_day": ("in_home",),
    "isolation_day": ("in_beds",),
    "closed_day": ("closed_persons",),
    "lost_day": ("in_central", "in_home", "in_beds"),
    "thinned_day": (),
}
"""Each unit that costs money, and the columns of an outcome that count it. What stands at the end of a day counts for
the whole of it. Days of thinned contacts stand in no column: see `counts.thinned_of`."""
UNITS = tuple(COUNTED)


class CostErrors(FileErrors):
    """A file that does not state unit values."""


@dataclass(frozen=True, kw_only=True)
class UnitValue:
    """What one unit costs, in the currency of its file: the value and the range in which it may lie. A number without
    a source of its own is `assumed`."""

    value: float
    low: float
    high: float
    source: str = ""
    assumed: bool = False


@dataclass(frozen=True)
class Costs:
    """A file of unit values, one for each of `UNITS`, in that order; `currency` is a code such as CNY."""

    id: str
    name_en: str
    name_zh: str
    currency: str
    unit_values: Mapping[str, UnitValue]

    @property
    def prices(self) -> Floats:
        """The values by unit."""
        return np.array([each.value for each in self.unit_values.values()])

    @property
    def low(self) -> Floats:
        """The least values by unit."""
        return np.array([each.low for each in self.unit_values.values()])

    @property
    def high(self) -> Floats:
        """The greatest values by unit."""
        return np.array([each.high for each in self.unit_values.values()])

    def at(self, values: Mapping[str, float]) -> Costs:
        """The same with other values of some units."""
        changed = {unit: replace(self.unit_values[unit], value=value) for unit, value in values.items()}
        return replace(self, unit_values={**self.unit_values, **changed})


@dataclass(frozen=True)
class Ledger:
    """Quantity and cost by unit, and the total, of one replicate or a mean of several."""

    currency: str
    quantity: Mapping[str, float]
    cost: Mapping[str, float]

    @property
    def total(self) -> float:
        """The sum of all costs."""
        return sum(self.cost.values())


@dataclass(frozen=True)
class Burden:
    """What a replicate asks of people, in no currency.

    `person_days` under restriction, the most persons under it on a day and their share of all residents; deaths and
    severe courses; the most beds in use and those waiting for one, against `beds` there are (None: no limit);
    infections carried out. What restriction counts, `counts.restricted_of` says.
    """

    person_days: float
    peak_restricted: float
    peak_share: float
    deaths: int
    severe: int
    peak_beds: int
    peak_waiting: int
    beds: int | None
    exported: int


def quantities_of(days: Ints, thinned: Floats) -> Floats:
    """By replicate, quantity of each of `UNITS`; `thinned` as `counts.thinned_of` has it."""
    counted = {unit: column(days, *names).sum(axis=-1) for unit, names in COUNTED.items()}
    counted["thinned_day"] = thinned.sum(axis=-1)
    return np.stack([counted[unit] for unit in UNITS], axis=-1).astype(np.float64)


def ledger_of(quantities: Floats, costs: Costs) -> Ledger:
    """The ledger of a row of quantities."""
    amounts = quantities * costs.prices
    return Ledger(
        costs.currency,
        dict(zip(UNITS, quantities.tolist(), strict=True)),
        dict(zip(UNITS, amounts.tolist(), strict=True)),
    )


def burdens_of(days: Ints, thinned: Floats, n_residents: int, beds: int = UNLIMITED) -> tuple[Burden, ...]:
    """By replicate, the burden of its days."""
    restricted = restricted_of(days, thinned, n_residents)
    return tuple(
        Burden(
            person_days=float(bound.sum()),
            peak_restricted=float(bound.max()),
            peak_share=float(bound.max()) / n_residents,
            deaths=int(column(rows, "deaths").sum()),
            severe=int(column(rows, "severe").sum()),
            peak_beds=int(column(rows, "in_beds").max()),
            peak_waiting=int(column(rows, "waiting_bed").max()),
            beds=None if beds >= UNLIMITED else beds,
            exported=int(column(rows, "exported").sum()),
        )
        for rows, bound in zip(days, restricted, strict=True)
    )


def parse_costs(text: str, file: str) -> Costs:
    """The unit values that the text states. `file` names it in faults. Raises CostErrors with all of them."""
    reader = _Reader(text, file)
    head = reader.head(dict.fromkeys(("id", "name_en", "name_zh", "currency"), str), {"unit_values": 0})
    unit_values = reader.unit_values()
    reader.check()
    return Costs(**head, unit_values=unit_values)


class _Reader(Reader):
    errors, unknown = CostErrors, "choose.unknown_name"

    def unit_values(self) -> dict[str, UnitValue]:
        given = self.tables.get("unit_values", {})
        named = given if isinstance(given, dict) else {}
        for name in named:
            if name not in UNITS:
                what = Message("choose.unknown_unit", {"name": name})
                self.add(f"unit_values.{name}", None, what, mend_name(name, UNITS))
        read = {unit: self._unit_value(unit, named.get(unit)) for unit in UNITS}
        return {unit: value for unit, value in read.items() if value is not None}

    def _unit_value(self, unit: str, body: object) -> UnitValue | None:
        table = f"unit_values.{unit}"
        if not isinstance(body, dict):
            mend = Message("choose.mend.unit_value", {"name": table})
            self.add("unit_values", unit, Message("choose.no_unit_value", {"name": unit}), mend)
            return None
        value = self.body(table, body, UnitValue, _shape)
        if value is None:
            return None
        if not value.low <= value.value <= value.high:
            what = Message("choose.range", {"low": value.low, "value": value.value, "high": value.high})
            self.add(table, "value", what, Message("choose.mend.range", {}))
        if not value.source and not value.assumed:
            self.add(table, None, Message("choose.no_source", {}), Message("choose.mend.source", {}))
        return value


def _shape(field: str) -> Shape:
    return ANY_TEXT if field in ("source", "assumed") else Shape("", "", high=float("inf"))
