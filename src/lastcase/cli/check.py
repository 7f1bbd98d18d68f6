"""`lastcase check`: does what is stored equal what the facts say, and does every edition hold?"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from lastcase.cli.exits import DONE, DRIFT
from lastcase.cli.options import Home, Json, Lang
from lastcase.cli.texts import say

OneOutbreak = Annotated[str | None, Parameter(name="--outbreak", help="cli.option.outbreaks")]


def check(*, outbreak: OneOutbreak = None, json: Json = False, home: Home = None, lang: Lang = None) -> int:
    """Check editions and stored answers. The exit code says whether any outbreak drifted."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json

    n_editions = check_editions()
    open_house(home)
    drifts = _drifts(outbreak)
    if json:
        print_json({"editions": n_editions, "drift": drifts})
    else:
        _print(n_editions, drifts)
    return DRIFT.code if any(drifts.values()) else DONE.code


def check_editions() -> int:
    """Parse every shipped edition and disease profile; how many. Raises ProtocolErrors."""
    from lastcase import editions

    names = editions.editions()
    for name in names:
        editions.load_edition(name)
    for name in editions.diseases():
        editions.load_disease(name)
    return len(names)


def _drifts(outbreak: str | None) -> dict[str, dict[str, int]]:
    from lastcase.cli.output import progress
    from lastcase.ops.records import queries
    from lastcase.ops.records.refresh import check_drift, settle_areas

    found = {}
    for name in [outbreak] if outbreak else [row.name for row in queries.list_outbreaks()]:
        with progress(say("cli.progress.checking", outbreak=name)):
            settle_areas(name)  # what is left queued for later is no drift
            found[name] = check_drift(name)
    return found


def _print(n_editions: int, drifts: dict[str, dict[str, int]]) -> None:
    from lastcase.cli.output import print_error, print_text

    print_text(say("cli.check.editions", n=n_editions))
    for name, tables in drifts.items():
        if tables:
            apart = ", ".join(f"{table} {n}" for table, n in tables.items())
            print_error(say("cli.check.drift", outbreak=name, tables=apart))
        else:
            print_text(say("cli.check.same", outbreak=name))
