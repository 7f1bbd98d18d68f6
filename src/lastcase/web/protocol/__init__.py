"""The editions: read one, compare two."""
