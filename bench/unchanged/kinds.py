"""Trains kinds of `loops.py`, `frameworks.py` and `ranks.py`; prints a hash of the weights and the next random number.

    python bench/unchanged/kinds.py KIND [KIND ...]
    torchrun --standalone --nproc_per_node 2 bench/unchanged/kinds.py ddp

Knows nothing of traindx: `bench/unchanged/run.py` runs it with and without the recorder.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys

import frameworks
import loops
import numpy as np
import ranks
import torch
from torch import nn


def digest(model: nn.Module) -> str:
    """A hash of all weights and buffers."""
    state = [
        t.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes()
        for t in model.state_dict().values()
        if t.numel()
    ]
    return hashlib.sha256(b"".join(state)).hexdigest()


def main() -> None:
    """Train each kind that the command line names."""
    torch.set_num_threads(1)
    kinds = {**vars(loops), **vars(frameworks), **vars(ranks)}
    for name in sys.argv[1:]:
        random.seed(0)
        np.random.seed(0)
        torch.manual_seed(0)
        model = kinds[name]()
        drawn = f"{torch.rand(1).item()} {random.random()} {np.random.rand()}"
        print(f"RESULT {name} {os.environ.get('RANK', '-')} {digest(model)} {drawn}", flush=True)


if __name__ == "__main__":
    main()
