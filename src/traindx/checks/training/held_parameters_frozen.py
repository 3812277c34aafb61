"""T322: what the optimizer was given to train is frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import (
    elements,
    freezing_line,
    is_matrix,
    layer_of,
    output_layer,
    place_at,
    random_at_start,
)
from traindx.core.recording import Event, Recording


@check("T322", level="error")
def held_parameters_frozen(recording: Recording) -> Iterator[Finding | Measured]:
    """All weights that an optimizer holds are frozen, or the output layer is frozen at the random values it began with.

    ## Why is this bad?
    Scales and offsets of normalisation layers alone cannot learn a task from random weights, and an output layer that
    stays random gives the classes no meaning. Most often a loop that froze a backbone also ran over the new head.

    ## How to fix
    Freeze first, then put in the new head; or unfreeze the head: `for p in model.fc.parameters(): p.requires_grad = True`.
    A frozen backbone with a head that learns is not reported, nor a run whose optimizer was given the norm layers only, nor
    norm layers that are adapted on loaded weights.
    """
    lost = [e for e in recording.of("graph_lost") if e.data.get("held") and not e.data.get("trainable")]
    if lost and recording.ending == "raised":
        yield from _everything(recording, lost[0])
        return
    if not recording.details:
        raise NotEnough("no step was recorded in full")
    held = [p for p in recording.parameters if p.optimizer is not None]
    weights = [p for p in held if is_matrix(p)]
    frozen = [p for p in held if not p.trainable]
    yield Measured("frozen parameter tensors among those that the optimizer holds", len(frozen), f"not all {len(held)}")
    step = max((e.step for e in recording.of("frozen")), default=0)
    source = freezing_line(recording) or recording.sources.get("optimizer")
    if weights and not any(p.trainable for p in weights):
        left = [p for p in held if p.trainable]
        if left and recording.lines.get("initialised") and not random_at_start(recording):
            return  # the scales of loaded weights are adapted
        rest = f"{elements(left):,} numbers in scales and biases" if left else "nothing"
        text = f"all {len(weights)} weights that the optimizer holds are frozen: {rest} of {elements(held):,} can learn"
        yield Finding(place_at(source, layer=layer_of(weights[-1].name), parameter=weights[-1].name, step=step), text)
        return
    head = [p for p in recording.parameters if layer_of(p.name) == output_layer(recording.parameters)]
    random = random_at_start(recording)
    if weights and head and not any(p.trainable for p in head) and any(p.name in random for p in head):
        text = f"the output layer {layer_of(head[0].name)} is frozen at the random values that it began with"
        yield Finding(place_at(source, layer=layer_of(head[0].name), parameter=head[0].name, step=step), text)


def _everything(recording: Recording, event: Event) -> Iterator[Finding | Measured]:
    held = int(event.data["held"])
    yield Measured("frozen parameter tensors among those that the optimizer holds", held, f"not all {held}")
    source = freezing_line(recording) or event.source
    yield Finding(
        place_at(source, step=event.step), f"all {held} parameter tensors that the optimizer holds are frozen"
    )


def _net(trainable: Sequence[str]) -> list[Mapping[str, Any]]:
    shapes = {"conv.weight": [8, 3, 3, 3], "bn.weight": [8], "bn.bias": [8], "fc.weight": [10, 8], "fc.bias": [10]}
    return [
        {"name": name, "shape": shape, "trainable": name in trainable, "optimizer": 0} for name, shape in shapes.items()
    ]


@held_parameters_frozen.fires_on
def everything_but_the_norm_layer() -> Facts:
    return {"recording": recording_with(flat(), parameters=_net(["bn.weight", "bn.bias"]))}


@held_parameters_frozen.fires_on
def the_new_head_is_frozen_too() -> Facts:
    start = {"call": "kaiming_uniform_", "numbers": "", "parameters": ["conv.weight", "fc.weight", "fc.bias"]}
    drawn = [{"kind": "initialised", "step": 0, "calls": [start]}]
    return {
        "recording": recording_with(falling(), parameters=_net(["conv.weight", "bn.weight", "bn.bias"]), events=drawn)
    }


@held_parameters_frozen.quiet_on
def a_frozen_backbone_whose_head_learns() -> Facts:
    return {"recording": recording_with(falling(), parameters=_net(["fc.weight", "fc.bias"]))}


@held_parameters_frozen.quiet_on
def the_norm_layers_are_all_that_the_optimizer_was_given() -> Facts:
    net = [{**p, "optimizer": 0 if p["trainable"] else None} for p in _net(["bn.weight", "bn.bias"])]
    return {"recording": recording_with(falling(), parameters=net)}
