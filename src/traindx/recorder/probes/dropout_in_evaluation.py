"""Dropout that is applied although the model is in evaluation mode: a function that is not told the mode."""

from __future__ import annotations

import re
import sys
from types import FrameType
from typing import Any

from traindx.recorder.code_lines import lines_like
from traindx.recorder.description import core_of
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Patch, Probe

MODULE = "torch.nn.functional"
FUNCTIONS = ("dropout", "dropout1d", "dropout2d", "dropout3d")
LAYERS = "torch/nn/modules/dropout.py"
LOOKS = 200
"""Calls of the root without gradients in which dropout is looked for: one shows it."""
DRAWS = 20
"""Calls of the root in which a draw is looked for."""
DRAWING = re.compile(
    r"dropout_p\s*=|\bdropout\w*\(|\bbernoulli|\brandn?(_like)?\(|\brandperm\(|\bmultinomial\(|\.(normal|uniform)_\("
)
ABOVE = 8
"""Frames above a function in which the layer that calls it is looked for."""


class DropoutInEvaluation(Probe):
    """Writes one event `dropout_in_evaluation`: a dropout function that leaves values out while the root is called in evaluation
    mode and without gradients: function, p, path, line, `by` (`default`: the argument `training` was
    left at its default; `layer`: a layer in training mode called it, one that is none of the model's; `given` otherwise), or,
    where none of these was called, one event `drawn_in_evaluation`: the root's answer drew from torch's generator. `code`
    holds the lines of the root's own file, `code_path`, that may.
    """

    on_recorded = ("forward",)
    patches = tuple(Patch(MODULE, name, before=f"called_{name}", without_gradients=True) for name in FUNCTIONS)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._evaluating = self._written = False
        self._looks = 0
        self._told = False
        self._asked: tuple[int, Any] | None = None

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root, or an average of it, is called without gradients."""
        self._looks += 1
        looks = not self._written and self._looks <= LOOKS and not module.training
        self._evaluating = looks and not any(m.training for m in module.modules())
        if self._evaluating:
            self.wake("forward")
        self._asked = (id(module), self._state()) if self._evaluating and self._looks <= DRAWS else None

    def _state(self) -> Any:
        """The state of torch's generator, which a draw on the processor changes; a copy of five kilobytes."""
        return self.seen.torch.random.default_generator.get_state()

    def answered(self, module: Any, output: Any) -> None:
        """The root has returned."""
        asked, self._asked = self._asked, None
        if asked is None or asked[0] != id(module) or self._told or self._written:
            return
        if bool((asked[1] == self._state()).all()):
            return
        self._told = True
        path = getattr(sys.modules.get(type(core_of(module)).__module__), "__file__", None)
        fields: dict[str, Any] = {}
        if isinstance(path, str) and self.seen.frames.is_user(path):
            fields = {
                "code_path": self.seen.frames.place(path),
                "code": lines_like(DRAWING, self.seen.frames.cwd, path),
            }
        place = self.seen.frames.caller()
        fields |= {"path": place[0], "line": place[1]} if place else {}
        self.seen.journal.event("drawn_in_evaluation", self.seen.now_at, **fields)

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called with gradients."""
        self._evaluating = False
        self.rest("forward")

    def called_dropout(self, arguments: Arguments, named: Named) -> None:
        """`dropout` is called."""
        if self._evaluating:
            self._function("dropout", arguments, named)

    def called_dropout1d(self, arguments: Arguments, named: Named) -> None:
        """`dropout1d` is called."""
        if self._evaluating:
            self._function("dropout1d", arguments, named)

    def called_dropout2d(self, arguments: Arguments, named: Named) -> None:
        """`dropout2d` is called."""
        if self._evaluating:
            self._function("dropout2d", arguments, named)

    def called_dropout3d(self, arguments: Arguments, named: Named) -> None:
        """`dropout3d` is called."""
        if self._evaluating:
            self._function("dropout3d", arguments, named)

    def _function(self, name: str, arguments: Arguments, named: Named) -> None:
        told = arguments[2] if len(arguments) > 2 else named.get("training")
        if told is None or told:
            share = arguments[1] if len(arguments) > 1 else named.get("p", 0.5)
            self._write(name, share, "default" if told is None else "layer" if _in_a_layer() else "given")

    def _write(self, name: str, share: Any, by: str) -> None:
        if self._written or not isinstance(share, (int, float)) or not share:
            return
        self._written, self._evaluating = True, False
        place = self.seen.frames.caller()
        where = {"path": place[0], "line": place[1]} if place else {}
        self.seen.journal.event(
            "dropout_in_evaluation", self.seen.now_at, function=name, p=float(share), by=by, **where
        )


def _in_a_layer() -> bool:
    frame: FrameType | None = sys._getframe(1)
    for _ in range(ABOVE):
        if frame is None:
            return False
        if frame.f_code.co_filename.replace("\\", "/").endswith(LAYERS):
            return True
        frame = frame.f_back
    return False
