"""The visits lake: everybody's visits, packed by day so that whoever met a case is found in milliseconds."""
