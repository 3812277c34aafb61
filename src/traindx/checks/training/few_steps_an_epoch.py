"""T381: a batch holds a large part of the data, and the run ends after a few steps, still falling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.batch_size import samples_of_step, training_loader, training_samples
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loaders import loaders_of
from traindx.core.recording import Recording
from traindx.core.trend import trend


@check("T381", level="warning")
def few_steps_an_epoch(
    recording: Recording, *, part: float = 0.2, min_samples: int = 200, high: float = 0.4, min_losses: int = 10
) -> Iterator[Finding | Measured]:
    """A step takes a large part of the whole training set, so that the run has few steps, and its loss is high and still falls.

    ## Why is this bad?
    Learning goes by steps: twenty epochs of one batch are twenty steps. At the rate of a small batch that is far too few.

    ## How to fix
    A batch of 16 to 256, or a rate that is raised with the batch (in proportion for SGD, by its root for Adam) and more
    epochs.

    Reported where a step learns from `part` of the training set or more, the loss ends over `high` of its start and still
    falls in the last third, by more than its noise (guesses). A run of fewer than `min_losses` steps is reported where it
    went through 500 samples or more twice or more often, a third of them or more at a step.
    """
    samples, whole = samples_of_step(recording), training_samples(recording)
    if samples is None or whole is None or len(recording.optimizers) != 1:
        raise NotEnough("needs the sizes of batches and training set, and one optimizer")
    loss = recording.loss[np.isfinite(recording.loss)]
    short = len(loss) < min_losses
    if short and (samples < whole / 3 or whole < 500 or _passes(recording) < 2):
        raise NotEnough(f"{len(loss)} losses are too few, and nothing says that the training is meant to be as short")
    yield Measured("samples a step over those of the training set", samples / whole, f"under {part:g}")
    usual = recording.optimizers[0].kind != "LBFGS" and recording.ending == "finished"
    if not usual or samples < part * whole or whole < min_samples or not len(loss):
        return
    text = f"a step takes {samples:.0f} of {whole} samples: the run has {int(recording.step[-1]) + 1} steps"
    if not short:
        seen, late = trend(loss), loss[2 * len(loss) // 3 :]
        falls = float(np.median(late[:3]) - np.median(late[-3:])) > 2 * seen.noise
        if not falls or not seen.end > high * seen.start > 0:
            return
        text += f", and the loss, {seen.end:.4g} of {seen.start:.4g} at the start, still falls"
    loader = training_loader(recording)
    yield Finding(Place(setting="batch_size") if loader is None else loader.place("batch_size"), text)


def _passes(recording: Recording) -> int:
    """How often a training loader was gone through to its end."""
    loaders = loaders_of(recording)
    whole = {x.number: x.facts.get("batches") for x in loaders.loaders}
    return sum(p.ended == "exhausted" or p.batches == whole.get(p.loader) for p in loaders.training)


def _run(loss: list[float], samples: int) -> Recording:
    loader = {"kind": "loader", "loader": 0, "length": 1024, "batch_size": samples}
    done = {"kind": "pass", "loader": 0, "step": 0, "training": True, "batches": 2, "ended": "exhausted"}
    passes = [{**done, "pass": number} for number in range(2)]
    return recording_with(loss, detail={"batch": {"samples": samples}}, events=[loader, *passes])


@few_steps_an_epoch.fires_on
def thirty_steps_of_all_samples() -> Facts:
    return {"recording": _run([2.3 - 0.03 * i for i in range(30)], 1024)}


@few_steps_an_epoch.fires_on
def two_epochs_of_one_step() -> Facts:
    return {"recording": _run([2.3, 2.28], 1024)}


@few_steps_an_epoch.quiet_on
def a_usual_batch() -> Facts:
    return {"recording": _run([2.3 - 0.03 * i for i in range(30)], 32)}


@few_steps_an_epoch.quiet_on
def all_samples_and_learned() -> Facts:
    return {"recording": _run(falling(), 1024)}


@few_steps_an_epoch.quiet_on
def all_samples_and_no_fall() -> Facts:
    return {"recording": _run(flat(), 1024)}
