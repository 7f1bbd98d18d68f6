"""Who owes what by when, and why: orders, duties, their evidence, their clocks, the four alls."""
