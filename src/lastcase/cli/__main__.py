"""`python -m lastcase.cli`: the same as the command `lastcase`."""

from lastcase.cli import main

main()
