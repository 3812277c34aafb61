"""D4xx: checks of folders, settings files and caches."""
