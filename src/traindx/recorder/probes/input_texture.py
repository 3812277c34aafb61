"""The texture of the pictures that the root is given: how much neighbouring pixels differ."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.readback import rounded
from traindx.recorder.texture import texture


class InputTexture(Probe):
    """Writes `texture` into recorded steps, of their first batch: see `recorder.texture`."""

    on_recorded = ("forward",)

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called."""
        step, torch = self.seen.current, self.seen.torch
        if not step.recorded or "texture" in step.details:
            return
        tensor = measure.first_plain(torch, [*arguments, dict(named)])
        if tensor is None or not measure.usable(torch, tensor, or_bytes=True):
            return
        vector = texture(torch, tensor)
        if vector is not None:
            found: list[float] = []
            step.details["texture"] = found
            step.slots.add(vector, self.contained(lambda values: found.extend(map(rounded, values))))
