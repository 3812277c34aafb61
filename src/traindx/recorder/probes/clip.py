"""Clipping of gradients: the limit, the norm before it, how often it cut, and whether the gradients were still scaled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from traindx.recorder import measure
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.readback import rounded
from traindx.recorder.step import Step

CLIPS = ("clip_grad_norm_", "clip_grad_value_")
MOST_CLIPS = 4
"""Clips of one step that are kept, as of several optimizers."""


class Clip(Probe):
    """Writes `clip` {max_norm | max_value, norm, scaled?, cut, of} into the step, and `clips` with all where there are several.

    `norm` is the norm before the clip where the function returns it, taken at every step. `cut` of `of` clips so far found a
    norm above their limit. `scaled` says that the loss of this step was scaled and the gradients not unscaled since.
    """

    patches = tuple(Patch("torch.nn.utils.clip_grad", name, before="about", after="clipped") for name in CLIPS)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._cut = self._measured = 0

    def about(self, arguments: Arguments, named: Named) -> None:
        """A clip is called."""
        self.seen.letter("c")
        self.seen.source("clip")

    def clipped(self, arguments: Arguments, named: Named, norm: Any) -> None:
        """It has returned `norm`."""
        step = self.seen.current
        limit = arguments[1] if len(arguments) > 1 else named.get("max_norm", named.get("clip_value"))
        clips = step.details.get("clips") or [step.details[name] for name in ("clip",) if name in step.details]
        if step.stepped or len(clips) >= MOST_CLIPS or not isinstance(limit, (int, float)):
            return
        by_value = "clip_value" in named or norm is None
        clip: dict[str, Any] = {"max_value" if by_value else "max_norm": float(limit)}
        if self._is_scaled(step):
            clip["scaled"] = True
        step.details.setdefault("clip", clip)
        if clips:
            step.details["clips"] = [*clips, clip]
        if measure.usable(self.seen.torch, norm) and norm.numel() == 1:
            step.slots.add(norm.detach(), self._filling(clip, float(limit)))

    def _is_scaled(self, step: Step) -> bool:
        """Whether a loss was scaled in this step and no `unscale_` came since the last backward pass."""
        losses = self.seen.losses
        if losses.scaled is None or losses.scaled is losses.scaled_before or "b" not in step.calls:
            return False
        last = len(step.calls) - 1 - step.calls[::-1].index("b")
        return "u" not in step.calls[last:]

    def _filling(self, clip: dict[str, Any], limit: float) -> Callable[[Sequence[float]], None]:
        def fill(values: Sequence[float]) -> None:
            self._measured += 1
            self._cut += not values[0] <= limit
            clip.update(norm=rounded(values[0]), cut=self._cut, of=self._measured)

        return fill
