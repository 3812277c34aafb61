"""What a repair changes in label files, as edits, and where they are written."""
