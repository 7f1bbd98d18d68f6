"""How many examples each law is tried on: few in the suite, hundreds where somebody looks for a counterexample."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

UNHEARD = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
"""An example takes a second of the server, and goes back to the world that its fixture began."""

settings.register_profile("suite", max_examples=20, deadline=None, suppress_health_check=UNHEARD)
settings.register_profile("search", max_examples=400, deadline=None, suppress_health_check=UNHEARD)
settings.load_profile(os.environ.get("LASTCASE_LAWS", "suite"))
