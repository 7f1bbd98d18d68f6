"""One person: what is known, what binds them and why, whom they met, and every version of it."""
