"""Where the user's own text switches gradients of parameters off."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from traindx.recorder.code_lines import FREEZES, lines_like
from traindx.recorder.description import core_of
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Probe
from traindx.recorder.step import Step

MOST_FILES = 8


class Freezing(Probe):
    """Writes a line `freezing` once, when a step is over and the model has parameters that do not require gradients: `code`
    [{path, line, text}], the lines of the files that are running, and of the file that holds the model's class, that say so.
    """

    on_recorded = ("closed", "backward")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._done = False
        self._looked_at: Any = None

    def closed(self, step: Step) -> None:
        """A step is over."""
        root, last, self._looked_at = self.seen.roots.root, self._looked_at, step.description
        if self._done or root is None or (last is not None and last is step.description):
            return  # a new description is made where anything was frozen
        if not all(p.requires_grad for p in core_of(root).parameters()):
            self._write(step.number, core_of(root))

    def backward(self, tensors: Any) -> None:
        """A backward pass is about to start; where it hangs on nothing, no step may follow."""
        if not self._done and isinstance(tensors, self.seen.torch.Tensor) and tensors.grad_fn is None:
            self._write(self.seen.now_at, self.seen.roots.root)

    def _write(self, step: int, core: Any) -> None:
        self._done = True
        code = [
            {"path": path, "line": number, "text": text}
            for path in self._files(core)
            for number, text in lines_like(FREEZES, self.seen.frames.cwd, path)
        ]
        if code:
            self.seen.journal.write({"kind": "freezing", "step": step, "code": code})

    def _files(self, core: Any) -> list[str]:
        frames, found = self.seen.frames, dict[str, None]()
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            found[frame.f_code.co_filename] = None
            frame = frame.f_back
        found[str(getattr(sys.modules.get(type(core).__module__), "__file__", "") or "<none>")] = None
        return [frames.place(name) for name in found if frames.is_user(name)][:MOST_FILES]
