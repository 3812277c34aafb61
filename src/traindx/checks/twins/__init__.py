"""B: checks of the twins of a batch, the same step done again with one thing changed."""
