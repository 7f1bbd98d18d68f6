"""On how many examples each law is tried: the same ten in every run of the suite; `LASTCASE_LAWS=400` looks for a
counterexample among others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

from tests.kept import kept

if TYPE_CHECKING:
    from lastcase.ops.records.models import Outbreak

settings.register_profile(
    "laws",
    max_examples=int(os.environ.get("LASTCASE_LAWS", "10")),
    derandomize="LASTCASE_LAWS" not in os.environ,
    deadline=None,  # an example takes a second of the server, and goes back to the world that its fixture began
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("laws")


@kept
def world() -> Outbreak:
    """Begun once; every example goes back to it."""
    from tests.property.world import begin

    return begin()
