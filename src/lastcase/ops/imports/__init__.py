"""Imports: a delivered file becomes facts, or a list of what is wrong with it, row by row."""
