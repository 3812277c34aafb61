"""V: checks of validation: losses and metrics by epoch."""
