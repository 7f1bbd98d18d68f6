"""Diary: a person tells, by a one-time code and without an account, where they were."""
