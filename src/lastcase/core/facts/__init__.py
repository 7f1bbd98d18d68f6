"""The facts of an outbreak: what people record, and nothing derived.

`TABLES` lists every fact table. `Facts` holds their rows as Polars frames.
"""

from lastcase.core.facts.areas import AREAS
from lastcase.core.facts.arrivals import ARRIVALS
from lastcase.core.facts.assignments import ASSIGNMENTS, POSTPONEMENTS
from lastcase.core.facts.cases import CASES
from lastcase.core.facts.checks import CHECKS
from lastcase.core.facts.contacts import CONTACTS, JUDGEMENT_FACTS
from lastcase.core.facts.counts import COUNTS
from lastcase.core.facts.decisions import DECISIONS
from lastcase.core.facts.field import Code, Field, Table
from lastcase.core.facts.groups import EXPOSED_GROUPS
from lastcase.core.facts.moves import MOVES
from lastcase.core.facts.objections import OBJECTIONS
from lastcase.core.facts.persons import PERSONS
from lastcase.core.facts.places import PLACES
from lastcase.core.facts.receipts import RECEIPTS
from lastcase.core.facts.risk_areas import RISK_AREA_EXTENTS, RISK_AREAS
from lastcase.core.facts.specimens import POOLS, SPECIMENS
from lastcase.core.facts.stays import STAYS
from lastcase.core.facts.visits import VISITS

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        AREAS,
        PLACES,
        PERSONS,
        CASES,
        CONTACTS,
        JUDGEMENT_FACTS,
        EXPOSED_GROUPS,
        VISITS,
        POOLS,
        SPECIMENS,
        STAYS,
        MOVES,
        CHECKS,
        ARRIVALS,
        RISK_AREAS,
        RISK_AREA_EXTENTS,
        COUNTS,
        DECISIONS,
        ASSIGNMENTS,
        POSTPONEMENTS,
        OBJECTIONS,
        RECEIPTS,
    )
}
"""Every fact table by name, parents before what refers to them."""

__all__ = ["TABLES", "Code", "Field", "Table"]
