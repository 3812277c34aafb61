"""How much neighbouring pixels of pictures differ: from the next one, the second and the third in their row."""

from __future__ import annotations

from typing import Any

LAGS = 3
PICTURES, ROWS, WIDEST = 4, 16, 256
"""Pictures of a batch, rows of each (evenly spread) and columns of each row that are looked at."""


def texture(torch: Any, pictures: Any) -> Any:
    """Mean absolute differences at distances of one to three pixels, as a vector; None of what is no batch of pictures.

    In a picture the difference grows with the distance. Of noise it is the same at each; where the colours of each pixel follow
    one another in the row ([H, W, 3] read as [3, H, W]), it is least at three.
    """
    if pictures.dim() != 4 or min(pictures.shape[2:]) < 8:
        return None
    with torch.no_grad():
        stride = max(1, pictures.shape[2] // ROWS)
        stride += stride % LAGS == 0  # reshaped pictures have a row's parts in three rows: not always the same part
        x = pictures.detach()[:PICTURES, :, ::stride, :WIDEST].float()
        means = [(x[..., lag:] - x[..., :-lag]).abs().mean() for lag in range(1, LAGS + 1)]
        return torch.stack(means)
