"""Targets: whether a dated set of targets, such as 79144, is met at a stated instant."""

from lastcase.core.targets.day0 import Day0, day0_history, day0_of
from lastcase.core.targets.progress import TargetStatus, UnknownTargetSet, progress, target_sets

__all__ = ["Day0", "TargetStatus", "UnknownTargetSet", "day0_history", "day0_of", "progress", "target_sets"]
