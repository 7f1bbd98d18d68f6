"""Environment variables that Lastcase reads: one table, from which the reference page is made."""

from __future__ import annotations

VARIABLES = (
    "LASTCASE_HOME",
    "DATABASE_URL",
    "LASTCASE_LANG",
    "LASTCASE_HOSTS",
    "LASTCASE_TLS",
    "LASTCASE_POSTGRES_BIN",
    "LASTCASE_LAKE_HOLD_DAYS",
    "LASTCASE_LAKE_OBJECTION_DAYS",
    "LASTCASE_ROLE",
    "LASTCASE_DEBUG",
)
"""Names; what each means is the message `cli.variable.<name>`."""
