"""Tests of what is put right in a user's script."""
