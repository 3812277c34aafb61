"""B122: pictures of [H, W, 3] were reshaped, not permuted, to [3, H, W]."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.input_examples import batch, run_with
from traindx.core.network_inputs import training_inputs
from traindx.core.recording import Recording


@check("B122", level="error", preview=True)
def pixels_interleaved(
    recording: Recording, *, ratio: float = 1.25, min_batches: int = 3
) -> Iterator[Finding | Measured]:
    """Pixels three apart in a row are more alike than neighbours: the colours of each pixel follow one another.

    ## Why is this bad?
    `view` or `reshape` from [H, W, 3] to [3, H, W] keeps the numbers in their order: each channel then holds a third of the
    picture, its colours side by side. Convolutions see noise where edges were. The loss falls all the same, and the score
    stays low.

    ## How to fix
    `picture.permute(2, 0, 1)`, or `transpose((2, 0, 1))` with numpy; of a batch [N, H, W, 3] `permute(0, 3, 1, 2)`.
    In a picture the difference between pixels grows with their distance, of noise it stays, and a pattern of the sensor
    repeats after two. Here it is smallest at three, by a factor that is a guess, in all batches that were looked at.
    """
    seen = [b for b in training_inputs(recording) if len(b.texture) == 3 and b.texture[2] > 0 and b.shape[1] == 3]
    if len(seen) < min_batches:
        raise NotEnough("too few batches of colour pictures were seen")
    texture = np.array([b.texture for b in seen])
    least = float((texture[:, :2].min(axis=1) / texture[:, 2]).min())
    middle = float(np.median(texture[:, :2].min(axis=1) / texture[:, 2]))
    yield Measured("difference of pixels one or two apart over that of pixels three apart", middle, f"under {ratio:g}")
    if middle > ratio and least > 1:
        text = f"pixels three apart in a row differ {middle:.2g} times less than neighbours: [H, W, 3] was reshaped to [3, H, W]"
        yield Finding(Place(step=seen[0].step), f"{text} instead of permuted")


def _run(*texture: float) -> Facts:
    return {"recording": run_with(batch(0, 1, (0.5,) * 3, (0.25,) * 3, texture=texture))}


@pixels_interleaved.fires_on
def reshaped_to_channels_first() -> Facts:
    return _run(0.14, 0.15, 0.05)


@pixels_interleaved.quiet_on
def a_picture() -> Facts:
    return _run(0.03, 0.05, 0.07)


@pixels_interleaved.quiet_on
def noise() -> Facts:
    return _run(0.28, 0.28, 0.28)


@pixels_interleaved.quiet_on
def the_pattern_of_a_sensor() -> Facts:
    return _run(0.2, 0.05, 0.2)
