"""Risk areas.

What proposes one, its clock, its closing round, what stands before its release, and its lineage.
"""
