"""One file, one kind of edit: `CAUSES` that it puts right, and `edits`, which finds them in a script."""
