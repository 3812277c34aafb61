"""What one trial of a step showed, as a JSON object: whether the step was bad, and where that came from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import torch

from traindx.core.trials_of_replay import StepTrial
from traindx.recorder.replaying.loading import own_state
from traindx.recorder.replaying.watch import Born, Watch, kind_of


def result_of(
    trial: StepTrial, watch: Watch, root: Any, losses: Iterable[Any], error: str, state: bool
) -> dict[str, Any]:
    """The result of a trial that is over. `losses` are what was backpropagated; `state`: the capsule's weights were loaded."""
    losses = [loss for loss in losses if isinstance(loss, torch.Tensor)]
    phase, chain = _chain(watch, root, losses)
    first = next((born for born in reversed(chain) if born.cause != "written"), None)
    loss = float(losses[-1].detach().float().mean()) if losses else None
    failed = watch.failed if error else {}
    return {
        "trial": trial.to_json(),
        "bad": bool(chain) or bool(error),
        "phase": phase if chain else (failed.get("phase", "forward") if error else ""),
        "loss": loss,
        "first": None if first is None else asdict(first),
        "chain": [asdict(born) for born in reversed(chain)][:6],
        "rows": None if first is None else _rows(chain, first),
        "operations": watch.operations,
        "half": watch.half,
        "state": state,
        "error": error,
        "failed": failed,
    }


def _chain(watch: Watch, root: Any, losses: Sequence[Any]) -> tuple[str, list[Born]]:
    """The phase in which the step turned bad, and what made it so, the last cause first."""
    bad = [loss for loss in losses if not math.isfinite(float(loss.detach().float().sum()))]
    if bad:
        at = watch.origin(bad[0])
        return "forward", _ancestors(watch.born, at if at is not None else _newest(watch, "forward"))
    if not losses and watch.last_bad is not None:  # the user's code left before the backward pass
        return "forward", _ancestors(watch.born, watch.last_bad)
    parameters = [t for t in own_state(root).values() if isinstance(t, torch.nn.Parameter)]
    gradients = [p.grad for p in parameters if p.grad is not None and kind_of(p.grad)]
    if gradients:
        found = [at for g in gradients if (at := watch.origin(g)) is not None]
        return "backward", _ancestors(watch.born, min(found, default=_newest(watch, "backward")))
    weights = [p for p in parameters if kind_of(p.data)]
    if weights:
        found = [at for w in weights if (at := watch.origin(w.data)) is not None]
        return "update", _ancestors(watch.born, min(found, default=_newest(watch, "update")))
    return "", []


def _newest(watch: Watch, phase: str) -> int | None:
    """The first operation of a phase whose output was not finite: the way to it is lost where C++ moved the numbers."""
    own = [at for at, born in enumerate(watch.born) if born.phase == phase and born.cause != "written"]
    return own[0] if own else watch.last_bad


def _ancestors(born: Sequence[Born], at: int | None) -> list[Born]:
    found: list[Born] = []
    while at is not None and born[at] not in found:
        found.append(born[at])
        at = born[at].parent
    return found


def _rows(chain: Sequence[Born], first: Born) -> list[int] | None:
    """The samples that the first cause names; one without a dimension of samples may have a later cause with one."""
    if first.rows is not None:
        return first.rows
    return next((born.rows for born in reversed(chain) if born.rows is not None), None)
