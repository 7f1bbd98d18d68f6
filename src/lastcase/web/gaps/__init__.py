"""The gaps: who is missing in the four alls, in the order to close, and acts on many at once."""
