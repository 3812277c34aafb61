"""T390: something that is no optimizer changes the weights between its steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.trend import trend


@check("T390", level="error")
def weights_changed_between_steps(
    recording: Recording, *, pairs: int = 5, most: float = 0.8, drop: float = 0.1
) -> Iterator[Finding | Measured]:
    """Between two steps the weights move as far as in a step, or farther, nearly every time, and the loss hardly falls.

    ## Why is this bad?
    What the optimizer does is undone or outweighed: the gradient that it follows is that of other weights than it changes.

    ## How to fix
    Take back what is added to the weights for a while: keep `p.data.clone()`, not `p.data`, which changes along. Draw first
    weights once, before the loop; load a checkpoint where it is asked for, not at each step.

    Compared is an excerpt of the weights after a step and before the next. Reported where it moved at least as far as the
    optimizer moved it, in `most` of `pairs` pairs or more, and the loss fell by less than `drop`. Clipping weights, averaging them
    and pulling them to a norm move them less, or let the loss fall. The limits are guesses.
    """
    lines = [v for v in recording.lines.get("between_steps", ()) if v.get("moved") is not None]
    if len(lines) < pairs:
        raise NotEnough("the weights were not seen between enough steps")
    moved, update = (np.array([float(v[name]) for v in lines]) for name in ("moved", "update"))
    far = (moved > 0) & (moved >= update) & (moved > 1e-6 * np.array([float(v["norm"]) for v in lines]))
    yield Measured("steps between which the weights moved as far as in a step", int(far.sum()), f"0 of {len(lines)}")
    known = recording.loss[~np.isnan(recording.loss)]
    if far.mean() < most or len(known) < 10 or not np.isfinite(known).any():
        return
    seen = trend(recording.loss)
    if seen.finite and seen.drop >= drop:
        return
    times = float(np.median(moved[far] / np.maximum(update[far], 1e-12)))
    text = f"between {int(far.sum())} of {len(lines)} pairs of steps the weights move by {_words(times)} (should be nothing)"
    code: Sequence[Any] = lines[0].get("code") or ()
    where = Place(
        path=lines[0].get("code_path"), line=int(code[0][0]) if len(code) == 1 else None, step=int(lines[0]["step"])
    )
    if code:
        text += ": lines that may do so are " + "; ".join(f"{number} {line}" for number, line in list(code)[:4])
    yield Finding(where, text)


def _words(times: float) -> str:
    return f"{times:.3g} times what the optimizer does" if times < 1000 else "far more than the optimizer does"


def _run(loss: list[float], share: float) -> Facts:
    lines: list[dict[str, Any]] = [
        {"kind": "between_steps", "step": n + 1, "after": n, "moved": share * 0.01, "update": 0.01, "norm": 1.0}
        for n in range(12)
    ]
    lines[0] |= {"code_path": "sam.py", "code": [[24, 'self.state[p]["old"] = p.data']]}
    return {"recording": recording_with(loss, events=lines)}


@weights_changed_between_steps.fires_on
def a_perturbation_that_is_not_taken_back() -> Facts:
    return _run(list(flat()), 8.0)


@weights_changed_between_steps.quiet_on
def steps_alone() -> Facts:
    return _run(list(flat()), 0.0)


@weights_changed_between_steps.quiet_on
def weights_that_are_held_at_a_norm() -> Facts:
    return _run(list(flat()), 0.2)


@weights_changed_between_steps.quiet_on
def slow_weights_that_are_put_back_and_learn() -> Facts:
    return _run(list(falling()), 3.0)
