"""Synthetic cities and outbreaks: made from a seed alone, the same on every machine, marked synthetic throughout."""
