"""In the process where the user's augmentation runs: pipelines, boxes followed by their pixels, what came out."""
