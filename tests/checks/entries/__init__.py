"""Tests of the checks of json and xml entries."""
