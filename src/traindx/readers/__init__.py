"""Somebody else's run folder or log as a recording and a setup: one file per tool."""
