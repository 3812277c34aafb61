"""Clipping of gradients: the limit, and the norm before it."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.readback import rounded

CLIPS = ("clip_grad_norm_", "clip_grad_value_")


class Clip(Probe):
    """Writes `clip` {max_norm, norm} into the step; `norm` where the function tells it."""

    patches = tuple(Patch("torch.nn.utils.clip_grad", name, before="about", after="clipped") for name in CLIPS)

    def about(self, arguments: Arguments, named: Named) -> None:
        """A clip is called."""
        self.seen.letter("c")
        self.seen.source("clip")

    def clipped(self, arguments: Arguments, named: Named, norm: Any) -> None:
        """It has returned `norm`."""
        step = self.seen.current
        if step.recorded and not step.stepped:
            limit = arguments[1] if len(arguments) > 1 else named.get("max_norm", named.get("clip_value"))
            clip: dict[str, Any] = {"max_norm": float(limit)}
            step.details["clip"] = clip
            if measure.usable(self.seen.torch, norm) and norm.numel() == 1:
                step.slots.add(norm.detach().clone(), lambda values: clip.update(norm=rounded(values[0])))
