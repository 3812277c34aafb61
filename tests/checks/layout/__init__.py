"""Tests of layout, settings and class maps, from files to verdict."""
