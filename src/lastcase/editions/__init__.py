"""The editions, disease profiles, plans and unit values that come with the package, read and parsed once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from lastcase.core.choose.costs import Costs, parse_costs
from lastcase.core.choose.plan import Plan, parse_plan
from lastcase.core.protocol.model import Disease, Protocol
from lastcase.core.protocol.parse import parse_disease, parse_edition


class UnknownEdition(LookupError):
    """No shipped edition, disease profile, plan or file of unit values of that id; `known` lists those there are."""

    def __init__(self, edition_id: str, known: list[str]) -> None:
        self.edition_id, self.known = edition_id, known
        super().__init__(f"{edition_id}: not one of {', '.join(known)}")


def editions() -> list[str]:
    """Ids of the shipped editions, sorted."""
    return _ids(_root())


def diseases() -> list[str]:
    """Ids of the shipped disease profiles, sorted."""
    return _ids(_root() / "diseases")


def edition_text(edition_id: str) -> str:
    """The file of a shipped edition. Raises UnknownEdition."""
    return _text(_root(), edition_id)


@cache
def load_edition(edition_id: str) -> Protocol:
    """A shipped edition. Raises UnknownEdition."""
    return parse_edition(edition_text(edition_id), f"{edition_id}.toml")


@cache
def load_disease(disease_id: str) -> Disease:
    """A shipped disease profile. Raises UnknownEdition."""
    return parse_disease(_text(_root() / "diseases", disease_id), f"diseases/{disease_id}.toml")


def costs() -> list[str]:
    """Ids of the shipped files of unit values, sorted."""
    return _ids(_root() / "costs")


@cache
def load_costs(costs_id: str) -> Costs:
    """Shipped unit values. Raises UnknownEdition."""
    return parse_costs(_text(_root() / "costs", costs_id), f"costs/{costs_id}.toml")


def plans() -> list[str]:
    """Ids of the shipped plans, sorted."""
    return _ids(_root() / "plans")


@cache
def load_plan(plan_id: str) -> Plan:
    """A shipped plan. Raises UnknownEdition."""
    return parse_plan(_text(_root() / "plans", plan_id), f"plans/{plan_id}.toml", editions())


def _root() -> Traversable:
    return files(__name__)


def _ids(folder: Traversable) -> list[str]:
    return sorted(
        entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")
    )


def _text(folder: Traversable, name: str) -> str:
    known = _ids(folder)
    if name not in known:
        raise UnknownEdition(name, known)
    return (folder / f"{name}.toml").read_text(encoding="utf-8")
