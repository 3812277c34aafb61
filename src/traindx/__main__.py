"""`python -m traindx`: the command line."""

from traindx.cli import main

main()
