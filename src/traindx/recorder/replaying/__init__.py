"""Does one bad step again in the user's own training process, with every operation watched. Runs on request only."""
