"""M: checks of the model: its first values, its structure, its weights as they were loaded, its outputs."""
