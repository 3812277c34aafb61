"""Trainings that are recorded and diagnosed from end to end."""
