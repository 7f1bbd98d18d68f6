"""The investigation of one case: where it was, who was there, what is missing, and visits told by hand."""
