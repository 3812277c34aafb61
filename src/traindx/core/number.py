"""A text as a number, wherever one may be a word."""

from __future__ import annotations


def number_of(text: str) -> float | None:
    """The number as Python reads it (nan and inf are numbers), None if it is empty or a word."""
    try:
        return float(text)
    except ValueError:
        return None
