"""Screening: test rounds of everybody in an area, when they are due and whom they reached."""
