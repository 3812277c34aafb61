"""T: checks of the training dynamics."""
