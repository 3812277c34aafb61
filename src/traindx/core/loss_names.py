"""The functions of `torch.nn.functional` that are watched as losses, by what they compare. Imports nothing."""

CLASSES = ("cross_entropy", "nll_loss")
"""Scores with class ids."""
BINARY = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
"""Each score with yes or no."""
DISTANCES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
"""Numbers with numbers."""
LOSSES = (*CLASSES, *BINARY, *DISTANCES)
WITH_LOGITS = ("cross_entropy", "binary_cross_entropy_with_logits")
"""Losses that apply their own softmax or sigmoid."""
