"""`lastcase simulate`: what plans of measures come to in the synthetic city, over many replicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lastcase.cli import plans
from lastcase.cli.options import Json, Lang
from lastcase.cli.texts import language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lastcase.core.choose.result import Estimate, Result


def simulate(
    *,
    plan: plans.PlanNames,
    city: plans.City = "tiny",
    infected: plans.Infected = 5,
    replicates: plans.Replicates = 100,
    seed: plans.Seed = 1,
    days: plans.Days = 60,
    day0: plans.Day0 = 0,
    costs: plans.CostsName = plans.COSTS,
    targets: plans.TargetSet = plans.TARGETS,
    disease: plans.DiseaseName = None,
    threads: plans.Threads = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Simulate plans on the same chance: days to community zero, infections, costs, restriction, chances of targets."""
    from lastcase.cli.output import print_json

    start = plans.Start(city, infected, replicates, seed, days, threads)
    prepared = plans.prepare(plan, start, day0=day0, costs=costs, targets=targets, disease=disease)
    from lastcase.core.choose.race import measure

    with plans.followed(prepared) as run:
        results = measure(prepared.plans, prepared.seeds, run, prepared.yardstick)
    if json:
        shown = [plans.as_json(result, daily=True) for result in results]
        print_json({**plans.setting(prepared, start), "plans": shown})
        return
    for result in results:
        _print(result)


def _print(result: Result) -> None:
    from lastcase.cli.output import print_table
    from lastcase.core.choose.result import OBJECTIVES, SHARES

    bands = [f"{100 * share:g} %" for share in SHARES]
    headings = [say(f"cli.heading.{name}") for name in ("figure", "mean", "error")] + bands
    rows = [_row(name, result.estimate(name)) for name in OBJECTIVES]
    rows += [_row(name, result.burden(name), result.burdens[0].beds) for name in plans.BURDENS]
    title = say("cli.simulate.title", plan=plans.name_of(result.plan), n=len(result.seeds))
    print_table(title, headings, rows)
    _print_targets(result)
    _print_ledger(result)


def _row(name: str, estimate: Estimate, beds: int | None = None) -> list[str]:
    digits = {"days_to_zero": 1, "deaths": 2, "severe": 2, "exported": 2, "peak_share": 3}.get(name, 0)
    numbers: Sequence[float | None] = (estimate.mean, estimate.error, *estimate.bands)
    shown = ["–" if number is None else f"{number:,.{digits}f}" for number in numbers]
    is_limited = name == "peak_beds" and beds is not None
    label = say("cli.figure.peak_beds_of", beds=beds) if is_limited else say(f"cli.figure.{name}")
    return [label, *shown]


def _print_targets(result: Result) -> None:
    from lastcase.cli.output import print_table, print_text
    from lastcase.core.choose.result import chance_of

    measure = result.yardstick
    reached = chance_of(result.is_reached)
    share = f"{100 * reached.share:.0f}"
    print_text(say("cli.simulate.reached", share=share, days=result.days.shape[1], quiet=measure.quiet_days))
    if not measure.targets:
        return
    rows = []
    for target in measure.targets:
        chance = chance_of(result.met[target.id])
        words = target.clause_zh if language() == "zh" else target.clause_en
        rows.append([words, f"{100 * chance.share:.0f} %", f"{100 * chance.error:.1f} %"])
    print_table("", [say(f"cli.heading.{name}") for name in ("target", "chance", "error")], rows)


def _print_ledger(result: Result) -> None:
    from lastcase.cli.output import print_table
    from lastcase.editions.messages import render

    ledger, values = result.ledger, result.yardstick.costs.unit_values
    headings = [say(f"cli.heading.{name}") for name in ("unit_value", "quantity", "value", "cost", "source")]
    rows: list[list[object]] = [
        [
            render(f"choose.unit.{unit}", {}, language()),
            f"{quantity:,.0f}",
            f"{values[unit].value:,g} ({values[unit].low:,g}–{values[unit].high:,g})",
            f"{ledger.cost[unit]:,.0f}",
            say("cli.simulate.assumed") if values[unit].assumed else values[unit].source,
        ]
        for unit, quantity in ledger.quantity.items()
    ]
    total = [say("cli.simulate.total"), None, None, f"{ledger.total:,.0f}", ledger.currency]
    print_table("", headings, [*rows, total])
