"""Records: facts as versioned rows, the one path by which they are written, and the answers made from
them."""
