"""Pairs of entries that may be one person: the list, the review side by side, and what is signed of them."""
