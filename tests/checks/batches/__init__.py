"""Checks of what reaches the network."""
