"""Checks on the ranks of a training: what they have to have in common, and what not, one file each."""
