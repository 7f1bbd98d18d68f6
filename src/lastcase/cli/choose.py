"""`lastcase choose`: plans raced against each other, the front, and the plan that is recommended, if any is."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from lastcase.cli import plans
from lastcase.cli.exits import WRONG_USE, CommandError
from lastcase.cli.options import Json, Lang
from lastcase.cli.texts import say

if TYPE_CHECKING:
    from lastcase.core.choose.race import Race
    from lastcase.core.choose.recommend import Recommendation

Wanted = Annotated[float, Parameter(name="--chance", help="cli.option.chance")]


def choose(
    *,
    plan: plans.PlanNames,
    city: plans.City = "tiny",
    infected: plans.Infected = 5,
    replicates: plans.Replicates = 256,
    seed: plans.Seed = 1,
    days: plans.Days = 60,
    day0: plans.Day0 = 0,
    costs: plans.CostsName = plans.COSTS,
    targets: plans.TargetSet = plans.TARGETS,
    chance: Wanted = 0.8,
    disease: plans.DiseaseName = None,
    threads: plans.Threads = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Race plans on the same chance; show the front, the plan recommended, the reasons, and what would change it."""
    from lastcase.cli.output import print_json

    if not 0 <= chance <= 1:
        raise CommandError(WRONG_USE, "cli.error.chance", value=chance)
    start = plans.Start(city, infected, replicates, seed, days, threads)
    prepared = plans.prepare(plan, start, day0=day0, costs=costs, targets=targets, disease=disease)
    from lastcase.core.choose.race import race
    from lastcase.core.choose.recommend import recommend

    with plans.followed(prepared) as run:
        ran = race(prepared.plans, prepared.seeds, run, prepared.yardstick)
    found = recommend(ran, chance)
    if json:
        print_json({**plans.setting(prepared, start), **_as_json(ran, found)})
    else:
        _print(ran, found)


def _as_json(ran: Race, found: Recommendation) -> dict[str, Any]:
    from lastcase.cli.duties import reason

    return {
        "plans": [plans.as_json(result, daily=False) for result in ran.results],
        "front": [result.plan.id for result in ran.front],
        "stopped": {name: asdict(each) for name, each in ran.stopped.items()},
        "recommended": found.plan,
        "leader": found.leader,
        "candidates": found.candidates,
        "sways": [asdict(each) for each in found.sways],
        "turns": [asdict(each) for each in found.turns],
        "reasons": [reason(message) for message in found.reasons],
        "changes": [reason(message) for message in found.changes],
    }


def _print(ran: Race, found: Recommendation) -> None:
    from lastcase.cli.output import print_table, print_text

    names = {result.plan.id: plans.name_of(result.plan) for result in ran.results}
    columns = (
        "plan",
        "replicates",
        "days_to_zero",
        "infections",
        "cost",
        "person_days",
        "deaths",
        "all_targets",
        "status",
    )
    print_table(
        say("cli.choose.title", n=len(ran.results), currency=ran.results[0].yardstick.costs.currency),
        [say(f"cli.heading.{name}") for name in columns],
        [_row(result, ran) for result in ran.results],
    )
    for message in found.reasons:
        print_text(say(message.id, None, **message.params))
    if found.plan is None:
        print_text(say("cli.choose.none"))
    else:
        print_text(say("cli.choose.recommended", plan=names[found.plan]))
    if found.changes:
        print_text(say("cli.choose.changes"))
    for message in found.changes:
        print_text(f"- {say(message.id, None, **message.params)}")


def _row(result: Any, ran: Race) -> list[object]:
    from lastcase.core.choose.result import OBJECTIVES

    digits = {"days_to_zero": 1}
    totals = [
        f"{estimate.mean:,.{digits.get(name, 0)}f} ± {estimate.error or 0:,.{digits.get(name, 0)}f}"
        for name in OBJECTIVES
        for estimate in (result.estimate(name),)
    ]
    deaths, chance = result.burden("deaths").mean, result.all_met.mean()
    status = _status(result.plan.id, ran)
    return [result.plan.id, len(result.seeds), *totals, f"{deaths:.2f}", f"{100 * chance:.0f} %", status]


def _status(name: str, ran: Race) -> str:
    out = ran.stopped.get(name)
    return (
        say("cli.choose.on_front")
        if out is None
        else say("cli.choose.stopped", by=out.by, n=out.n_replicates)
    )
