"""What adopting an edition would do: the answers after it minus the answers before it, by person and area."""

from lastcase.core.impact.impact import Impact, TargetChange, find_impact
from lastcase.core.impact.worlds import EffectiveTaken, with_adoption

__all__ = ["EffectiveTaken", "Impact", "TargetChange", "find_impact", "with_adoption"]
