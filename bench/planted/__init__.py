"""Planted faults: small datasets with exactly one fault each, whose cause and places are known, and clean ones full of oddities."""
