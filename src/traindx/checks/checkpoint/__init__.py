"""S2: checks of a checkpoint: a file or folder of weights, with what a training needs to go on from it."""
