"""T433: normalisation layers that were put into evaluation mode to freeze them were switched back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.norm_layers import NormLayer, norm_layers_of
from traindx.core.recording import Recording

WHOLE = ("DistributedDataParallel", "DataParallel", "OptimizedModule", "FullyShardedDataParallel")


@check("T433", level="error")
def norm_freeze_undone(recording: Recording) -> Iterator[Finding | Measured]:
    """Part of the model was put into evaluation mode, and `model.train()` put its frozen batch norms back into training mode.

    ## Why is this bad?
    The freeze has no effect: running statistics that were meant to stay drift with the training batches, and what the frozen
    part computes changes although none of its weights does.

    ## How to fix
    Freeze after each `model.train()`, or override `train` in the model so that it leaves these layers in evaluation mode.

    Reported of batch norms whose weights are frozen, which were in evaluation mode at an earlier training step, or on a part
    of which `eval()` was called before the first one. Layers that are trained again later are not reported.
    """
    layers = [x for x in norm_layers_of(recording) if x.updates]
    if not layers:
        raise NotEnough("no batch norm with running statistics was recorded")
    frozen = [x for x in layers if not x.trainable[-1] and "weight_min" in x.columns]
    back = _back(recording, frozen)
    moving = [x for x in frozen if x.training[-1]]
    parts = _parts_in_eval(recording) if moving else []
    yield Measured("frozen batch norms back in training mode", back[1] if back else len(moving) if parts else 0, "0")
    if back:
        step, count, place = back
        text = f"{count} frozen batch norms ({frozen[0].name}, …) went from evaluation to training mode at step {step}"
        yield Finding(replace(place, layer=frozen[0].name), f"{text}: their running statistics move (should stay)")
    elif parts:
        step = int(moving[0].steps[0])
        text = f"eval() was called on {parts[0]['of']} at {parts[0]['path']}:{parts[0]['line']}, and train() after it undid that"
        place = replace(_place(recording.lines.get("modes", ()), step), layer=moving[0].name)
        yield Finding(place, f"{text}: {len(moving)} frozen batch norms ({moving[0].name}, …) move")


def _back(recording: Recording, frozen: Sequence[NormLayer]) -> tuple[int, int, Place] | None:
    """The step at which frozen batch norms that had been in evaluation mode are in training mode, how many, and the call.

    A change of the modes is known at every step, the layers' own numbers at recorded ones only.
    """
    calm = [x for x in frozen if not x.training[0]]
    thawed = [e.step for e in recording.of("thawed")]
    for line in recording.lines.get("modes", ()):
        modes = [both for kind, both in line.get("kinds", {}).items() if "BatchNorm" in kind]
        step = int(line.get("step", 0))
        if (
            calm
            and step > calm[0].steps[0]
            and modes
            and not any(off for _, off in modes)
            and not any(t <= step for t in thawed)
        ):
            return step, len(calm), _place([line], step)
    return None


def _parts_in_eval(recording: Recording) -> list[Mapping[str, Any]]:
    """The calls of `eval` on a part of the model before its first training step."""
    lines = [line for line in recording.lines.get("modes", ()) if line.get("step", 0) == 0][:1]
    calls = [c for line in lines for c in line.get("switched", ()) if c.get("call") == "eval" and c.get("of")]
    return [c for c in calls if c["of"] not in (recording.model, *WHOLE)]


def _place(lines: Sequence[Mapping[str, Any]], step: int) -> Place:
    """The last call of `train` that these lines of modes tell, up to a step."""
    calls = [
        c for line in lines if line.get("step", 0) <= step for c in line.get("switched", ()) if c.get("call") == "train"
    ]
    at = calls[-1] if calls else {}
    return Place(path=at.get("path"), line=at.get("line"), step=step)


def _facts(training: list[bool], switched: list[Mapping[str, Any]], trainable: bool = False) -> Facts:
    settings = {
        "name": "bn",
        "kind": "BatchNorm2d",
        "track_running_stats": True,
        "momentum": 0.1,
        "trainable": trainable,
    }
    lines: list[dict[str, Any]] = [
        {"kind": "normalisation", "step": 20 * i, "layers": [{**settings, "training": on}]}
        for i, on in enumerate(training)
    ]
    lines += [
        {"kind": "modes", "step": 20 * i, "kinds": {"BatchNorm2d": [int(on), int(not on)]}, "switched": switched}
        for i, on in enumerate(training)
    ]
    lines += [{"kind": "event", "event": "thawed", "step": 20}] if trainable else []
    detail = {"normalisation": {"z": [0.5], "weight_min": [0.2]}}
    return {"recording": recording_with(falling(), events=lines, detail=detail)}


TRAIN = {"path": "train.py", "line": 14, "call": "train", "of": "Net", "count": 1}
PART = {"path": "train.py", "line": 10, "call": "eval", "of": "ResNet", "count": 1}


@norm_freeze_undone.fires_on
def frozen_in_the_first_epoch_only() -> Facts:
    return _facts([False, True], [TRAIN])


@norm_freeze_undone.fires_on
def frozen_before_the_loop_that_calls_train() -> Facts:
    return _facts([True], [PART, TRAIN])


@norm_freeze_undone.quiet_on
def frozen_at_every_epoch() -> Facts:
    return _facts([False, False], [TRAIN, PART])


@norm_freeze_undone.quiet_on
def trained_again_after_a_while() -> Facts:
    return _facts([False, True], [TRAIN], trainable=True)


@norm_freeze_undone.quiet_on
def frozen_by_requires_grad_alone() -> Facts:
    return _facts([True], [TRAIN])
