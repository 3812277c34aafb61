"""Checkpoints with one planted fault each, and healthy ones as libraries write them."""
