"""Words and numbers that several examples share."""

from __future__ import annotations

from traindx.core.report import Reason

NEEDS_DATASET = "needs a dataset; run `traindx check DATA`"
NEEDS_RECORDING = "needs a recording; run `traindx run -- python train.py`"
PRIOR = Reason("before any evidence", None, -4.0)
