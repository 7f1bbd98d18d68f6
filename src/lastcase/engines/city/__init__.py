"""Synthetic cities and outbreaks: made from a seed alone, the same on every machine, marked synthetic throughout.

`build.build_city` makes a city with its record; `visits` its visits; `managed.managed_city` bulk facts for
measuring.
"""
