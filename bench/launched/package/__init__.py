"""A package whose module trains."""
