"""D1xx: checks of the pictures themselves."""
