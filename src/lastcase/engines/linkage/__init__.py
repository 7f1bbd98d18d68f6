"""Which entries may be one person: Splink over an embedded DuckDB, with weights that are shipped.

Frames of persons in, scored pairs out; nothing is decided here and nothing reaches a network.
"""

from lastcase.engines.linkage.link import PAIR_SCHEMA, find_pairs
from lastcase.engines.linkage.model import COMPARISONS, thresholds

__all__ = ["COMPARISONS", "PAIR_SCHEMA", "find_pairs", "thresholds"]
