"""Accounts: users, the posts they hold, and what a post may do where."""
