"""The HTTP API: what machines send. It translates, and calls the acts that the pages and the command line call."""
