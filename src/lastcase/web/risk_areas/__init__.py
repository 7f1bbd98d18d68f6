"""Risk areas: what stands, its clocks, what is between it and its release, and what went before."""
