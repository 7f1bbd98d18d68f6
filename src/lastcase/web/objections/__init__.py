"""Objections on the pages: raised, listed with who decided and why, decided, taken back."""
