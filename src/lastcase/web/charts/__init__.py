"""Charts and maps drawn on the server as SVG: they need no script, print, and carry a table beside them."""
