"""One person or case recorded by hand, with those shown who may be the same."""
