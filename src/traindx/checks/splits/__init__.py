"""D3xx: checks of splits and balance."""
