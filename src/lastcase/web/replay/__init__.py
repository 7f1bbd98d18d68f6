"""The Board at an hour of the past, out of snapshots: a slider, the numbers, the ways into the record of then."""
