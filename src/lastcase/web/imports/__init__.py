"""Import: upload a file, see what it would become, confirm."""
