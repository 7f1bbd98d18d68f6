"""Every command by its words, in the order in which help lists them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lastcase.cli import (
    brief,
    check,
    contacts,
    decide,
    demo,
    derive,
    duplicates,
    duties,
    impact,
    import_,
    init,
    lake,
    outbreak,
    protocol,
    risk_areas,
    serve,
    snapshots,
    stop,
    targets,
)

COMMANDS: dict[str, Callable[..., Any]] = {
    "demo": demo.demo,
    "init": init.init,
    "serve": serve.serve,
    "stop": stop.stop,
    "outbreak new": outbreak.new,
    "outbreak list": outbreak.list_,
    "outbreak show": outbreak.show,
    "import": import_.import_,
    "derive": derive.derive,
    "snapshots": snapshots.snapshots,
    "brief": brief.brief,
    "duties": duties.duties,
    "risk-areas": risk_areas.risk_areas,
    "targets": targets.targets,
    "decide day0": decide.day0,
    "duplicates find": duplicates.find,
    "duplicates merge": duplicates.merge,
    "duplicates apart": duplicates.apart,
    "duplicates unmerge": duplicates.unmerge,
    "contacts find": contacts.find,
    "lake import": lake.import_,
    "lake show": lake.show,
    "lake verify": lake.verify,
    "lake compact": lake.compact,
    "lake rekey": lake.rekey,
    "lake drop": lake.drop,
    "protocol list": protocol.list_,
    "protocol show": protocol.show,
    "protocol check": protocol.check,
    "protocol diff": protocol.diff,
    "protocol impact": impact.impact,
    "check": check.check,
}
