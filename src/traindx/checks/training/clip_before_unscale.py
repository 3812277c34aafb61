"""T326: gradients are clipped while they are still multiplied by the loss scale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import place_at
from traindx.core.optimization import clipping_of, loss_scale_of
from traindx.core.recording import Recording


@check("T326", level="error")
def clip_before_unscale(
    recording: Recording, *, share: float = 0.5, scale: float = 2.0
) -> Iterator[Finding | Measured]:
    """The loss is scaled for half precision, and its gradients are clipped before they are unscaled.

    ## Why is this bad?
    The limit is then smaller by the loss scale, 65,536 at first: every step is cut to almost nothing, and ever
    differently as the scale changes.

    ## How to fix
    Call `scaler.unscale_(optimizer)` after backward and before the clip.

    A scaler that is switched off, or whose scale is below `scale`, is not reported.
    """
    clips, scaler = clipping_of(recording), loss_scale_of(recording)
    if clips is None or scaler is None or not len(scaler.scale):
        return
    factor = float(np.median(scaler.scale))
    yield Measured("recorded clips of gradients that were still scaled", len(clips.scaled), f"0 of {len(clips.step)}")
    if len(clips.scaled) < max(1.0, share * len(clips.step)) or factor < scale:
        return
    limit = float(np.nanmedian(clips.limit)) if np.isfinite(clips.limit).any() else float("nan")
    text = f"{len(clips.scaled)} of {len(clips.step)} clips came before unscale_: the limit {limit:g} is {limit / factor:.3g}"
    place = place_at(recording.sources.get("clip"), step=clips.scaled[0], setting="max_norm")
    yield Finding(place, f"{text} after the loss scale of {factor:g}")


@clip_before_unscale.fires_on
def unscale_forgotten() -> Facts:
    clip, scaler = (
        {"max_norm": 1.0, "norm": 90000.0, "scaled": True, "cut": 9, "of": 9},
        {"scale": 65536.0, "attempts": 9},
    )
    return {"recording": recording_with(falling(), calls="zfbcus", clip=clip, scaler=scaler)}


@clip_before_unscale.quiet_on
def unscaled_first() -> Facts:
    clip, scaler = {"max_norm": 1.0, "norm": 1.4, "cut": 9, "of": 9}, {"scale": 65536.0, "attempts": 9}
    return {"recording": recording_with(falling(), calls="zfbucs", clip=clip, scaler=scaler)}
