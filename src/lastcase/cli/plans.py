"""What `simulate` and `choose` share: their options, the plans and files asked for, and results as JSON and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from lastcase.cli.exits import NOT_FOUND, WRONG_USE, CommandError
from lastcase.cli.texts import language, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lastcase.core.choose.costs import Costs
    from lastcase.core.choose.plan import Plan
    from lastcase.core.choose.race import Run
    from lastcase.core.choose.result import Result, Yardstick
    from lastcase.core.protocol.model import Disease
    from lastcase.core.simulate.natural import Natural
    from lastcase.core.simulate.outcome import Outcome

PlanNames = Annotated[
    list[str], Parameter(name="--plan", help="cli.option.plan", negative=(), consume_multiple=True)
]
City = Annotated[Literal["tiny", "small", "city"], Parameter(name="--city", help="cli.option.city")]
Infected = Annotated[int, Parameter(name="--infected", help="cli.option.infected")]
Replicates = Annotated[int, Parameter(name="--replicates", help="cli.option.replicates")]
Seed = Annotated[int, Parameter(name="--seed", help="cli.option.seed")]
Days = Annotated[int, Parameter(name="--days", help="cli.option.days")]
Day0 = Annotated[int, Parameter(name="--day0", help="cli.option.simulated_day0")]
CostsName = Annotated[str, Parameter(name="--costs", help="cli.option.costs")]
TargetSet = Annotated[str, Parameter(name="--targets", help="cli.option.targets")]
DiseaseName = Annotated[str | None, Parameter(name="--disease", help="cli.option.simulated_disease")]
Threads = Annotated[int | None, Parameter(name="--threads", help="cli.option.simulated_threads")]

COSTS, TARGETS = "cn-2022", "79144"
NO_TARGETS = "none"
BURDENS = ("deaths", "severe", "exported", "peak_restricted", "peak_share", "peak_beds", "peak_waiting")


@dataclass(frozen=True)
class Start:
    """Where and how the outbreak begins, and how long it is followed how often."""

    city: str
    infected: int
    replicates: int
    seed: int
    days: int
    threads: int | None

    def check(self) -> None:
        """CommandError for a number that makes no sense."""
        least = {"infected": 1, "replicates": 2, "days": 1, "threads": 1}
        for name, low in least.items():
            value = getattr(self, name)
            if value is not None and value < low:
                raise CommandError(WRONG_USE, "cli.error.least", option=f"--{name}", value=value, low=low)


@dataclass(frozen=True)
class Prepared:
    """Plans ready to be simulated and measured."""

    plans: tuple[Plan, ...]
    seeds: tuple[int, ...]
    run: Run
    yardstick: Yardstick


def prepare(
    plan: Sequence[str], start: Start, *, day0: int, costs: str, targets: str, disease: str | None
) -> Prepared:
    """Read what was asked for and lay out the city. CommandError for what there is not, FileErrors for what does not
    hold."""
    from lastcase.editions import load_disease, load_edition

    start.check()
    plans, values = tuple(load_plan(name) for name in plan), load_costs(costs)
    editions = [load_edition(each.edition) for each in plans]
    profile = load_disease(_disease(disease, {edition.disease for edition in editions}))
    wanted = _targets(editions, targets)

    # What is refused is refused above, before the machinery is loaded.
    import os

    from lastcase.core.choose.race import seeds_of
    from lastcase.core.choose.result import Yardstick, quiet_days_of
    from lastcase.engines.plans import city_of, infected_of, runner

    natural = _natural(profile)
    world = city_of(start.city)
    yardstick = Yardstick(values, wanted, world.n, quiet_days_of(editions), day0)
    infected = infected_of(world, start.infected, start.seed)
    n_threads = start.threads or os.cpu_count() or 1
    run = runner(world, natural, infected, n_days=start.days, n_threads=n_threads)
    return Prepared(plans, seeds_of(start.seed, start.replicates), run, yardstick)


def load_plan(name: str) -> Plan:
    """A shipped plan, or one in a file (a name that ends in `.toml`). CommandError where there is none."""
    from lastcase import editions
    from lastcase.core.choose.plan import parse_plan

    if name.endswith(".toml"):
        return parse_plan(Path(name).read_text(encoding="utf-8"), name, editions.editions())
    _check_known(name, editions.plans(), "cli.error.no_plan")
    return editions.load_plan(name)


def load_costs(name: str) -> Costs:
    """Shipped unit values, or those in a file. CommandError where there are none."""
    from lastcase import editions
    from lastcase.core.choose.costs import parse_costs

    if name.endswith(".toml"):
        return parse_costs(Path(name).read_text(encoding="utf-8"), name)
    _check_known(name, editions.costs(), "cli.error.no_costs")
    return editions.load_costs(name)


def _check_known(name: str, known: Sequence[str], message_id: str) -> None:
    if name not in known:
        raise CommandError(NOT_FOUND, message_id, name=name, known=", ".join(known))


def _disease(asked: str | None, families: set[str]) -> str:
    """The profile asked for, or the usual one of the plans' disease."""
    from lastcase.editions import diseases, load_disease
    from lastcase.engines.city.story import DISEASE

    if asked is not None and asked not in diseases():
        raise CommandError(NOT_FOUND, "cli.error.no_disease", disease=asked, known=", ".join(diseases()))
    fitting = [name for name in diseases() if {load_disease(name).words.get("family")} == families]
    usual = [DISEASE] if DISEASE in fitting else fitting
    if not fitting or (asked or usual[0]) not in fitting:
        given = {"families": ", ".join(sorted(families)), "disease": asked or "–"}
        raise CommandError(WRONG_USE, "cli.error.other_disease", **given)
    return asked or usual[0]


def _natural(profile: Disease) -> Natural:
    """CommandError where the profile lacks a number that the model needs."""
    from lastcase.core.contacts.incubation import NoSpread
    from lastcase.core.simulate.natural import natural_of

    try:
        return natural_of(profile)
    except (KeyError, NoSpread) as error:
        lacks = {"disease": profile.id, "what": error.args[0]}
        raise CommandError(WRONG_USE, "cli.error.disease_lacks", **lacks) from None


def _targets(editions: Sequence[Any], name: str) -> Any:
    from lastcase.core.choose.result import targets_of

    found = targets_of(editions, name)
    if not found and name != NO_TARGETS:
        known = ", ".join(edition.id for edition in editions)
        raise CommandError(NOT_FOUND, "cli.error.no_target_set", set=name, edition=known)
    return found


@contextmanager
def followed(prepared: Prepared) -> Iterator[Run]:
    """The runner with a bar of the replicates done."""
    from lastcase.cli.output import progress

    total = len(prepared.plans) * len(prepared.seeds)
    with progress(say("cli.progress.simulating"), total) as bar:

        def run(plan: Plan, seeds: Sequence[int]) -> Iterable[Outcome]:
            for outcome in prepared.run(plan, seeds):
                yield outcome
                bar.step()

        yield run


def name_of(plan: Plan) -> str:
    """The plan's name in the chosen language."""
    return plan.name_zh if language() == "zh" else plan.name_en


def as_json(result: Result, *, daily: bool) -> dict[str, Any]:
    """A result as JSON; the bands of every day where asked for."""
    from lastcase.core.choose.result import OBJECTIVES, chance_of
    from lastcase.core.simulate.outcome import COLUMNS

    plan, ledger = result.plan, result.ledger
    found: dict[str, Any] = {
        "id": plan.id,
        "name_en": plan.name_en,
        "name_zh": plan.name_zh,
        "edition": plan.edition,
        "levers": dict(plan.changes),
        "replicates": len(result.seeds),
        "totals": {name: asdict(result.estimate(name)) for name in OBJECTIVES},
        "community_zero": asdict(chance_of(result.is_reached)),
        "burden": {name: asdict(result.burden(name)) for name in BURDENS} | {"beds": result.burdens[0].beds},
        "targets": {name: asdict(chance_of(met)) for name, met in result.met.items()},
        "all_targets": asdict(chance_of(result.all_met)),
        "ledger": {
            "currency": ledger.currency,
            "total": ledger.total,
            "units": {
                unit: {"quantity": quantity, "cost": ledger.cost[unit]}
                for unit, quantity in ledger.quantity.items()
            },
        },
    }
    if daily:
        bands = result.daily()
        found["daily"] = {name: bands[:, :, at].T.tolist() for at, name in enumerate(COLUMNS)}
    return found


def setting(prepared: Prepared, start: Start) -> dict[str, Any]:
    """What the figures hold for, as JSON."""
    from lastcase.core.choose.result import SHARES

    measure = prepared.yardstick
    return {
        "city": start.city,
        "residents": measure.n_residents,
        "infected": start.infected,
        "days": start.days,
        "seed": start.seed,
        "costs": measure.costs.id,
        "day0": measure.day0,
        "quiet_days": measure.quiet_days,
        "bands": SHARES,
    }
