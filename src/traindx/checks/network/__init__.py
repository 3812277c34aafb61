"""M2: checks of a network that was built and not yet trained, by itself and against the dataset."""
