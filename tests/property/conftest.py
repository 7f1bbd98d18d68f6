"""On how many examples each law is tried: the same ten in every run of the suite; `LASTCASE_LAWS=400` looks for a
counterexample among others."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "laws",
    max_examples=int(os.environ.get("LASTCASE_LAWS", "10")),
    derandomize="LASTCASE_LAWS" not in os.environ,
    deadline=None,  # an example takes a second of the server, and goes back to the world that its fixture began
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("laws")
