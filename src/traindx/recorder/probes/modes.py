"""Train and eval, module by module: in training whenever it may have changed, and in validation."""

from __future__ import annotations

from typing import Any

from traindx.recorder.holdings import Place
from traindx.recorder.mode_map import ModeMap, word
from traindx.recorder.observation import Observation
from traindx.recorder.precision import autocast_of, first_parameter, type_name
from traindx.recorder.probe import Arguments, Named, Probe

MOST_LINES = 200
MOST_PLACES = 5
"""Lines of user code that one line of modes names."""
MOST_LOOKS = 300
"""Calls of train and eval whose place is sought: seeking costs some microseconds, and some code calls them at every step."""


class Modes(Probe):
    """Writes a line `modes` where the modules' modes differ from the line before, and the modes of validation into its line.

    They are looked at when the root is called in a recorded step, and in any other after `train` or `eval` was called.
    `switched` names the calls since the line before: path, line, call, of which class of module, how many. Forward passes with
    gradients and without a backward pass (a validation that forgot `no_grad`) are counted in the step: `eval_forwards`,
    and of those in train mode `unused_forwards` with their line.
    """

    on_recorded = ("forward",)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._map: ModeMap | None = None
        self._last: tuple[bool | None, ...] = ()
        self._switched: dict[tuple[Place, bool, str], int] = {}
        self._lines = self._looks = self._validations = 0
        self._validated: dict[str, Any] = {}

    def mode_called(self, module: Any, training: bool) -> None:
        """`train` or `eval` was called."""
        self.wake("forward")
        if self._looks < MOST_LOOKS:
            self._looks += 1
            place, kind = self.seen.frames.caller(), type(module).__name__
            if place is not None and ((place, training, kind) in self._switched or len(self._switched) < MOST_PLACES):
                self._switched[place, training, kind] = self._switched.get((place, training, kind), 0) + 1

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called with gradients."""
        self.rest("forward")
        if self._lines >= MOST_LINES:
            return
        if self._map is None or not self._map.is_of(module) or None in self._last:  # a module was replaced
            self._map = ModeMap(module)
        modes = self._map.modes()
        if modes != self._last:
            self._last = modes
            self._lines += 1
            calls = [
                {
                    "path": place[0],
                    "line": place[1],
                    "call": "train" if training else "eval",
                    "of": kind,
                    "count": count,
                }
                for (place, training, kind), count in self._switched.items()
            ]
            line = {"kind": "modes", "step": self.seen.now_at, **self._map.described(modes), "switched": calls}
            self.seen.journal.write(line)
        self._switched = {}

    def forward_again(self, module: Any) -> None:
        """Forward passes in train mode before the first backward pass are unused, all but the last."""
        step = self.seen.current
        evaluating, training = step.forwards
        if training > 1:
            unused = step.details.setdefault("unused_forwards", {})
            unused["count"] = training - 1
            if training == 2 and module.training and self._looks < MOST_LOOKS:
                self._looks += 1
                place = self.seen.frames.caller()
                unused |= {"path": place[0], "line": place[1]} if place is not None else {}
        if evaluating > 1:  # one is that of a training in eval mode, which `training` of the step tells
            step.details["eval_forwards"] = evaluating

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root, or an average of it, is called without gradients: the first, where that is often alone the second."""
        if self.seen.validation.batches != (1 if self._validations < MOST_LINES else 2):
            return
        torch, modes, weight = self.seen.torch, ModeMap(module), first_parameter(module)
        found = modes.modes()
        self._validated = modes.described(found) if word(found) != "eval" else {"mode": "eval"}
        self._validated["grad"] = "inference_mode" if torch.is_inference_mode_enabled() else "no_grad"
        if weight is not None:
            self._validated["autocast"] = autocast_of(torch, str(weight.device.type))
            self._validated["weights"] = type_name(weight.dtype)
        self._validated["root_itself"] = self.seen.roots.is_root(module)
        place = self.seen.frames.caller()
        self._validated |= {"path": place[0], "line": place[1]} if place else {}

    def validation_over(self, line: dict[str, Any]) -> None:
        """Validation is over."""
        self._validations += 1
        line |= {key: value for key, value in self._validated.items() if key not in line}
        self._validated = {}
