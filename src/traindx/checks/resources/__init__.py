"""Checks on memory, files, shared memory and disk: what a training uses up, one file each."""
