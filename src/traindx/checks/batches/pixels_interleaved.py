"""B122: pictures of [H, W, 3] were reshaped, not permuted, to [3, H, W]."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.input_examples import batch, run_with
from traindx.core.loaders import fed_at
from traindx.core.network_inputs import training_inputs
from traindx.core.recording import Recording


@check("B122", level="error", preview=True)
def pixels_interleaved(
    recording: Recording, *, one: float = 0.9, two: float = 1.12, most: float = 0.8, min_batches: int = 3
) -> Iterator[Finding | Measured]:
    """Pixels three apart in a row are more alike than neighbours: the colours of each pixel follow one another.

    ## Why is this bad?
    `view` or `reshape` from [H, W, 3] to [3, H, W] keeps the numbers in their order: each channel then holds a third of the
    picture, its colours side by side. Convolutions see noise where edges were. The loss falls all the same, and the score
    stays low.

    ## How to fix
    `picture.permute(2, 0, 1)`, or `transpose((2, 0, 1))` with numpy; of a batch [N, H, W, 3] `permute(0, 3, 1, 2)`. Of
    pictures the difference between pixels grows with their distance, of noise it stays, and a sensor's pattern repeats
    after two. Of three data sets at 32 to 224 pixels, neighbours and pixels two apart differ 0.36 to 0.56 and 0.70 to 0.84
    times as much as pixels three apart; reshaped, 1.0 to 4.9 and 1.2 to 5.0 (`python bench/picture_structure.py`).

    The limits lie between. In `most` of the batches pixels two apart differ more than those three apart: grey pictures have
    no colours side by side.
    """
    seen = [b for b in training_inputs(recording) if len(b.texture) == 3 and b.texture[2] > 0 and b.shape[1] == 3]
    if len(seen) < min_batches:
        raise NotEnough("too few batches of colour pictures were seen")
    texture = np.array([b.texture for b in seen])
    ratios = texture[:, :2] / texture[:, 2:]
    first, second = (float(v) for v in np.median(ratios, axis=0))
    yield Measured("difference of neighbouring pixels over that of pixels three apart", first, f"under {one:g}")
    yield Measured("difference of pixels two apart over that of pixels three apart", second, f"under {two:g}")
    if first > one and second > two and float((ratios[:, 1] > 1).mean()) > most:
        text = f"neighbouring pixels differ {first:.2g} times as much as pixels three apart in a row: [H, W, 3] was reshaped"
        yield Finding(fed_at(recording, step=seen[0].step), f"{text} to [3, H, W] instead of permuted")


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
