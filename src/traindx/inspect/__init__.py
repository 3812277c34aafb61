"""What a run was asked to do and on what: the setup from a command."""
