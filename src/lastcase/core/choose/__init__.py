"""Choosing measures: plans simulated on the same chance, what each costs, and which is recommended."""
