"""Whether a classifier that was just built can learn a few samples by heart: trained on them alone, at several rates."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Sequence
from typing import Any

from traindx.inspect.losses import logits

RATES = (1e-3, 1e-4, 1e-2)
"""Of AdamW, tried in this order until one learns: deep networks without normalisation want little, some with sigmoids much."""
MOST_STEPS = 150
FEWEST_STEPS = 60
"""Fewer tell nothing of a network that stands still: many healthy ones do so at first. A guess."""
LEARNED = 0.1
"""The share of the first loss below which the samples are learned."""
MOVES = 0.9
"""The share of the first loss below which the network learns something."""


def tried(torch: Any, built: Any, inputs: Any, classes: Sequence[int], seconds: float) -> dict[str, Any] | None:
    """The losses on one batch, step by step, at the rate that learned most; None where nothing can be told; the notes say why."""
    from traindx.inspect.looking import scores_of

    scores = scores_of(torch, copy.deepcopy(built.model).train()(inputs), built.number)
    if scores is None or scores.shape[0] != len(inputs) or scores.shape[1] <= max(classes):
        built.notes.append("not tried on a few samples: it gives no scores for these classes")
        return None
    best, began = list[float](), time.perf_counter()
    for rate in RATES:
        left = began + seconds - time.perf_counter()
        losses = _losses(torch, built, inputs, torch.tensor(classes), rate, (seconds / len(RATES), left))
        best = losses if not best or _left(losses) < _left(best) else best
        if _left(best) < LEARNED:
            break
    if len(best) < (FEWEST_STEPS if _left(best) > MOVES else 20):
        built.notes.append(
            f"not tried on a few samples: {len(best)} steps in {seconds / len(RATES):.0f} s tell nothing"
        )
        return None
    return {"samples": len(inputs), "losses": best, "classes": int(scores.shape[1])}


def _losses(
    torch: Any, built: Any, inputs: Any, targets: Any, rate: float, seconds: tuple[float, float]
) -> list[float]:
    """Cross entropy at each step of a copy of the model, for so many seconds after the first, or so many where the loss moves."""
    from traindx.inspect.looking import scores_of

    model, losses = copy.deepcopy(built.model).train(), list[float]()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0.0) if trained else None
    began = math.inf  # the first step imports what the others have
    while len(losses) < MOST_STEPS and time.perf_counter() - began < seconds[_left(losses) < MOVES]:
        loss = torch.nn.functional.cross_entropy(logits(scores_of(torch, model(inputs), built.number)), targets)
        losses.append(float(loss.detach()))
        if not math.isfinite(losses[-1]) or (len(losses) >= 20 and max(losses[-3:]) < LEARNED * losses[0] / 2):
            break
        if optimizer is not None:
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        began = min(began, time.perf_counter())
    return losses


def _left(losses: Sequence[float]) -> float:
    """The share of the first loss that is left at the end."""
    last = sorted(losses[-5:])[len(losses[-5:]) // 2] if losses else math.inf
    return last / max(losses[0], 1e-9) if losses and math.isfinite(last) and math.isfinite(losses[0]) else math.inf
