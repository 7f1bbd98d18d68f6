"""Plans and unit values that are shipped, and every lever that a plan may set."""

from __future__ import annotations

from collections.abc import Iterator

from docs_pages.markdown import table
from lastcase import editions
from lastcase.core.choose.costs import Costs
from lastcase.core.choose.plan import Plan
from lastcase.core.choose.shapes import LEVERS
from lastcase.core.simulate.levers import UNLIMITED, Levers
from lastcase.editions.messages import render


def pages() -> Iterator[tuple[str, str]]:
    """`plans.md`."""
    parts = [
        "# Plans of measures 对策计划\n",
        *(_plan(editions.load_plan(name)) for name in editions.plans()),
        "# Levers 调节项\n\nEvery usual value is assumed. 各默认值均为假定。\n",
        _levers(),
        *(_costs(editions.load_costs(name)) for name in editions.costs()),
    ]
    yield "plans.md", "\n".join(parts)


def _plan(plan: Plan) -> str:
    levers = ", ".join(f"`{name} = {str(value).lower()}`" for name, value in plan.changes.items())
    facts = f"Edition 方案: `{plan.edition}`" + (f" · Levers 调节项: {levers}" if levers else "")
    return f"## `{plan.id}`: {plan.name_en} {plan.name_zh}\n\n{facts}\n\n{plan.notes}\n"


def _levers() -> str:
    rows = [
        (
            f"`{name}`",
            shape.en,
            shape.zh,
            shape.unit,
            _number(getattr(Levers(), name)),
            _range(shape.low, shape.high),
        )
        for name, shape in LEVERS.items()
    ]
    return table(("lever", "English", "中文", "unit", "usual", "range"), rows)


def _costs(costs: Costs) -> str:
    rows = [
        (
            f"`{unit}`",
            render(f"choose.unit.{unit}", {}, "en"),
            render(f"choose.unit.{unit}", {}, "zh"),
            f"{each.value:g}",
            _range(each.low, each.high),
            each.source,
            "yes" if each.assumed else "",
        )
        for unit, each in costs.unit_values.items()
    ]
    head = f"# Unit values 单价\n\n## `{costs.id}`: {costs.name_en} {costs.name_zh}, {costs.currency}\n"
    headings = ("unit", "English", "中文", "value", "range", "source", "assumed")
    return f"{head}\n{table(headings, rows)}"


def _number(value: object) -> str:
    if value is None:
        return "the edition's"
    if isinstance(value, tuple):
        return ", ".join(_number(each) for each in value)
    return "no limit" if value == UNLIMITED else str(value).lower()


def _range(low: float, high: float) -> str:
    return f"from {low:g}" if high >= UNLIMITED else f"{low:g} to {high:g}"
