"""What an edition would do to an outbreak, and adopting it."""
