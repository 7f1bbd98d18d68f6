"""On how many examples each law is tried: twenty in the suite, `LASTCASE_LAWS=400` to look for a counterexample."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "laws",
    max_examples=int(os.environ.get("LASTCASE_LAWS", "20")),
    deadline=None,  # an example takes a second of the server, and goes back to the world that its fixture began
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("laws")
