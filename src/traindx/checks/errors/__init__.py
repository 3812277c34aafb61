"""Checks on the exception that ended a training, one file for each kind of error."""
