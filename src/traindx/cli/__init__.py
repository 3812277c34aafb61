"""The command line: one file per command; `app` starts them, turns errors into one line and gives the exit status."""

from traindx.cli.app import main

__all__ = ["main"]
