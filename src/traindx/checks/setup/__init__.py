"""S: checks of the setup: settings, machine, checkpoint."""
