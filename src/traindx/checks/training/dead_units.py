"""T402: most units of a layer never fire."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.first_signal import has_learned, set_by
from traindx.core.recording import Recording


@check("T402", level="error")
def dead_units(recording: Recording, *, share: float = 0.7, records: int = 3) -> Iterator[Finding | Measured]:
    """Most units of a layer behind a ReLU are zero for every sample, over many steps, and the run has not learned.

    ## Why is this bad?
    A unit that is zero for every input gets no gradient and never comes back. When a whole layer is dead nothing in
    front of it learns.

    ## How to fix
    Large negative biases, a rate that was too high in the first steps, or inputs far from zero kill units. Lower the rate,
    reset the biases, normalise inputs; leaky ReLU keeps a gradient. A unit is a channel of a convolution or a feature of a
    linear layer. Published rules fire at 50 % (SageMaker Debugger) to 70 % (AutoTrainer).

    Judged on the last records. A run whose loss shows that it learned is left alone: there the data are sparse, or the
    layer is wider than it has to be. A layer's input is judged too, under the name of the layer that receives it; of the
    same silence only the first layer is named.
    """
    dead = recording.per_layer("dead_window") if recording.details else np.empty((0, 0))
    looked = dead[-records:]
    if len(looked) < records or not np.isfinite(looked).any():
        return
    with np.errstate(invalid="ignore"):
        lasting = np.where(np.isfinite(looked).all(axis=0), np.min(looked, axis=0), np.nan)
    worst = float(np.nanmax(lasting)) if np.isfinite(lasting).any() else 0.0
    yield Measured("largest share of dead units in a layer", worst, f"under {share:g}")
    steps = np.array(list(recording.details))
    silent = np.flatnonzero(np.nan_to_num(lasting) > share)
    for index in [] if has_learned(recording) else _first_of_each(recording, silent):
        curve = dead[:, index]
        onset = int(steps[np.flatnonzero(~(curve > share))[-1] + 1]) if (~(curve > share)).any() else int(steps[0])
        line = Line("share", tuple(map(float, steps)), tuple(map(float, curve)))
        name = recording.layers[index].name
        receives = "" if recording.layers[index].kind.startswith("ReLU") else "that reach "
        text = (
            f"{lasting[index]:.0%} of the units {receives or 'of '}{name} are zero for every sample since step {onset}"
        )
        text += f" (should be under {share:.0%})"
        yield Finding(_place(recording, index, onset), text, (Curve(f"dead units of {name}", (line,), onset=onset),))


def _place(recording: Recording, index: int, onset: int) -> Place:
    """The layer, and where a constant was written into the biases in front of it the line that did so."""
    name, known = recording.layers[index].name, {p.name for p in recording.parameters}
    bias = next((b for x in reversed(recording.layers[:index]) if (b := f"{x.name}.bias") in known), None)
    call = None if bias is None else set_by(recording, bias)
    if call is None or call[1] is None or not call[0].startswith("constant_"):
        return Place(layer=name, step=onset)
    return Place(path=call[1].path, line=call[1].line, layer=name, parameter=bias, step=onset)


def _first_of_each(recording: Recording, silent: NDArray[np.int64]) -> Iterator[int]:
    """Layers whose units are silent, without those that only receive what the layer before them left silent."""
    for index in map(int, silent):
        receives = not recording.layers[index].kind.startswith("ReLU")
        if not (receives and any(before in silent for before in range(max(0, index - 3), index))):
            yield index


@dead_units.fires_on
def a_dead_layer() -> Facts:
    return {"recording": recording_with(flat(), detail={"activations": {"dead_window": [None, 0.95, None, 0.1, None]}})}


@dead_units.quiet_on
def some_quiet_units() -> Facts:
    return {
        "recording": recording_with(falling(), detail={"activations": {"dead_window": [None, 0.2, None, 0.4, None]}})
    }


@dead_units.quiet_on
def a_run_that_learns_from_sparse_features() -> Facts:
    silent = {"activations": {"dead_window": [None, 0.4, None, 0.8, 0.8]}}
    return {"recording": recording_with(falling(), detail=silent)}
