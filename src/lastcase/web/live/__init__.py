"""Pages that change by themselves: a stream tells a topic and a revision, and the page fetches under its own rights."""
