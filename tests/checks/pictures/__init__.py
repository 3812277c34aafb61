"""Tests of the checks of pictures."""
