"""Faults of settings and machines that were planted, and recipes that are sound, each with the command that has them."""
