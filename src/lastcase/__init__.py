"""Lastcase: facts and a protocol go in; contacts, duties, risk areas and targets come out."""

__version__ = "0.1.0"
