"""D2xx: checks of the labels."""
