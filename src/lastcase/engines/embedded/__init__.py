"""The embedded PostgreSQL: where it lies, which binaries it runs, its processes and its roles.

Others use :mod:`lastcase.engines.postgres`, which puts these rooms together.
"""
