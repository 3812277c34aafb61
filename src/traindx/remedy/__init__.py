"""What was proved, written as a change of the user's script: shown first, parsed afterwards, confirmed by a run."""
