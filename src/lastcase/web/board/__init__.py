"""The Board: will we make it, what is missing, where, what is new and who has it."""
